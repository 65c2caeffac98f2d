import { pinoLog } from '@parley/server/adapters/host/log-pino';
import { promMetrics } from '@parley/server/adapters/host/metrics-prom';
import { describe, expect, test } from 'vitest';

describe('the log', () => {
  function logged(level: 'debug' | 'info' | 'error') {
    const lines: Record<string, unknown>[] = [];
    const log = pinoLog({ level, write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
    return { log, lines };
  }

  test('a line is one JSON object: level, time, event, fields', () => {
    const { log, lines } = logged('info');
    log.info('turn.ended', { turn: 't_1', outcome: 'completed', ms: 12, ok: true, by: null });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      event: 'turn.ended',
      turn: 't_1',
      outcome: 'completed',
      ms: 12,
      ok: true,
      by: null,
    });
    expect(Object.keys(lines[0] ?? {}).toSorted()).toEqual([
      'by',
      'event',
      'level',
      'ms',
      'ok',
      'outcome',
      'time',
      'turn',
    ]);
    expect(Date.parse(String(lines[0]?.['time']))).not.toBeNaN();
  });

  test('only lines as severe as asked for are written', () => {
    for (const [level, events] of [
      ['debug', ['d', 'i', 'e']],
      ['info', ['i', 'e']],
      ['error', ['e']],
    ] as const) {
      const { log, lines } = logged(level);
      log.debug('d');
      log.info('i');
      log.error('e');
      expect(lines.map(({ event }) => event)).toEqual(events);
    }
  });

  test('a field cannot take the place of the event, and no text makes two lines', () => {
    const { log, lines } = logged('info');
    log.info('real', { detail: 'a\n{"level":"error","event":"forged"}' });
    expect(lines.map(({ event }) => event)).toEqual(['real']);
  });
});

describe('the metrics', () => {
  test('counters, gauges and histograms are what Prometheus reads', async () => {
    const metrics = promMetrics();
    metrics.count('parley_prompts_accepted_total');
    metrics.count('parley_prompts_accepted_total', 2);
    metrics.count('parley_faults_total', 1, { code: 'not_found' });
    metrics.count('parley_turns_ended_total', 1, { outcome: 'completed' });
    metrics.gauge('parley_peers', 7);
    metrics.observe('parley_turn_seconds', 1.5);
    const text = await metrics.text();
    expect(text).toContain('parley_prompts_accepted_total 3');
    expect(text).toContain('parley_faults_total{code="not_found"} 1');
    expect(text).toContain('parley_turns_ended_total{outcome="completed"} 1');
    expect(text).toContain('parley_peers 7');
    expect(text).toContain('parley_turn_seconds_bucket{le="2"} 1');
    expect(text).toContain('process_cpu_seconds_total');
    expect(metrics.contentType).toContain('text/plain');
  });

  test('R9 a label that was not described is an error of ours: none may name a tenant, a room or a person', () => {
    const metrics = promMetrics();
    expect(() => metrics.count('parley_faults_total', 1, { room: 'r1' })).toThrow();
    expect(() => metrics.count('parley_peers' as 'parley_faults_total')).toThrow();
  });

  test('two servers in one process do not meet', async () => {
    const [one, two] = [promMetrics(), promMetrics()];
    one.count('parley_prompts_accepted_total', 5);
    expect(await two.text()).toContain('parley_prompts_accepted_total 0');
  });
});
