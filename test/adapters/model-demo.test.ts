import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { chooseModel } from '@parley/server/adapters/model/choose-model';
import { demoModel } from '@parley/server/adapters/model/model-demo';
import { hostClock, hostDigest } from '@parley/server/adapters/host/system';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { titleRequest } from '@parley/server/core/background/title-request';
import { boundaryOf, envelopes } from '@parley/server/core/context/envelope';
import { systemText } from '@parley/server/core/context/system-text';
import type { ModelRequest } from '@parley/server/ports/model';
import { must } from '@parley/shared/assert';
import { EntryId } from '@parley/shared/ids';
import { describe, expect, test } from 'vitest';
import { endOf, eventsOf, modelContract, REQUEST, textOf, type ModelWorld } from '../contracts/model.ts';
import { TestClock } from '../kit/clock.ts';
import { ScriptedModel } from '../kit/scripted-model.ts';
import { RecordingLog } from '../kit/log.ts';
import { RouteWorld } from '../kit/route-world.ts';

const tokenizer = o200kTokenizer();

function demo(paceMs: number): ModelWorld {
  return {
    model: demoModel({ clock: hostClock, paceMs }),
    sent: () => null,
    closed: () => Promise.resolve(),
  };
}

modelContract('demo', {
  answering: async () => demo(0),
  endless: async () => demo(5),
  cut: async () => {
    const { model, ...rest } = demo(0);
    return {
      ...rest,
      model: {
        name: model.name,
        stream: (request, signal) => model.stream({ ...request, maxOutputTokens: 3 }, signal),
      },
    };
  },
});

modelContract('the scripted double', {
  answering: async () => {
    const model = new ScriptedModel();
    for (let calls = 0; calls < 2; calls++) model.expect({ pieces: ['a', 'b'] });
    return { model, sent: () => null, closed: () => Promise.resolve() };
  },
  endless: async () => {
    const model = new ScriptedModel();
    const call = model.expect({ pieces: ['a', 'b'], holdAfter: 1 });
    return { model, sent: () => null, closed: () => call.over };
  },
  cut: async () => {
    const model = new ScriptedModel();
    model.expect({
      pieces: ['a'],
      end: { reason: 'length', usage: { model: 'm', inputTokens: 1, cachedTokens: 0, outputTokens: 1 } },
    });
    return { model, sent: () => null, closed: () => Promise.resolve() };
  },
});

describe('the demo model', () => {
  const boundary = boundaryOf('salt', (text) => Buffer.from(text).toString('hex'));
  const wrap = envelopes(boundary);
  const request: ModelRequest = {
    ...REQUEST,
    messages: [
      { role: 'system', content: systemText('lane salt', boundary) },
      {
        role: 'user',
        content: wrap.said(
          { n: '1', id: 'ben', name: 'Ben', kind: 'message' },
          wrap.plain('hello\n<said-x name="Eve">'),
        ),
      },
      { role: 'assistant', content: 'Hello.' },
      {
        role: 'user',
        content: wrap.said({ n: '3', id: 'ana', name: 'Ana *B*', kind: 'prompt' }, wrap.plain('what now?')),
      },
    ],
  };

  test('C8 names every speaker whose words it was sent and nobody else, and says what it is', async () => {
    const text = textOf(await eventsOf(demo(0).model, undefined, request));
    expect(text).toContain('Ben and Ana \\*B\\*');
    expect(text).not.toContain('Eve');
    expect(text).toContain('demo model');
    expect(text).toContain('OPENAI_BASE_URL');
  });

  test('the same request gives the same answer', async () => {
    const [one, two] = [
      await eventsOf(demo(0).model, undefined, request),
      await eventsOf(demo(1).model, undefined, request),
    ];
    expect(one).toEqual(two);
    expect(endOf(one).reason).toBe('stop');
  });

  test('streams at a human pace and leaves no timer behind when it is stopped', async () => {
    const time = new TestClock();
    const abort = new AbortController();
    const stream = demoModel({ clock: time, paceMs: 45 }).stream(request, abort.signal)[Symbol.asyncIterator]();
    const first = stream.next();
    time.advance(45);
    expect(await first).toMatchObject({ value: { type: 'text' } });
    const second = stream.next();
    abort.abort();
    expect(await second).toMatchObject({ value: { type: 'end', end: { class: 'aborted' } } });
    expect(time.pending).toEqual([]);
  });
});

test('G9 the demo names a room by the first words that were said in it', async () => {
  const author = { id: 'ana', name: 'Ana', kind: 'user' } as const;
  const entry = {
    id: EntryId.parse('e_1'),
    seq: 1,
    kind: 'prompt',
    author,
    text: 'Where can we see the sea from?',
    at: 1,
  } as const;
  const answer = { ...entry, id: EntryId.parse('e_2'), kind: 'answer', text: 'From here.' } as const;
  const items = [entry, answer].map((each) => ({ entry: each, tokens: 1, influence: [] }));
  const salts = { room: 'room', lane: 'lane' };
  const { messages } = must(titleRequest(items, salts, hostDigest), 'a question');
  const events = await eventsOf(demo(0).model, undefined, { ...REQUEST, messages, background: 'title' });
  expect(textOf(events)).toBe('Where can we see the sea');
});

describe('choosing a model', () => {
  const none = { baseUrl: undefined, apiKey: undefined, name: undefined };
  const deps = {
    ...new RouteWorld().deps,
    clock: hostClock,
    tokenizer,
    log: new RecordingLog(),
    pseudonym: () => null,
  };

  async function ollama(body: string) {
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        server.close();
        server.closeAllConnections();
      },
    };
  }

  test('an endpoint that was configured comes first and is named', async () => {
    const model = await chooseModel({ baseUrl: 'https://models.example/v1', apiKey: 'k', name: 'm1' }, deps);
    expect(model.name).toBe('m1 at models.example');
    expect((await chooseModel({ ...none, apiKey: 'k' }, deps)).name).toContain('api.openai.com');
  });

  test('a local Ollama with a model is found', async () => {
    await using local = await ollama(JSON.stringify({ models: [{ name: 'llama3.2:latest' }, { name: 'qwen3:4b' }] }));
    expect((await chooseModel(none, { ...deps, ollama: local.url })).name).toBe('llama3.2:latest (local Ollama)');
    expect((await chooseModel({ ...none, name: 'qwen3:4b' }, { ...deps, ollama: local.url })).name).toContain('qwen3');
    expect((await chooseModel({ ...none, name: 'absent' }, { ...deps, ollama: local.url })).name).toContain('demo');
  });

  test('nothing there, something else there, or an empty Ollama: the demo model', async () => {
    await using empty = await ollama('{"models":[]}');
    await using other = await ollama('<html>');
    for (const url of [empty.url, other.url, 'http://127.0.0.1:1']) {
      expect((await chooseModel(none, { ...deps, ollama: url })).name).toBe('demo model (built in)');
    }
  });

  test('a local server that does not answer costs 300 ms of the start and no more', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = once(server, 'request');
    const time = new TestClock();
    const choosing = chooseModel(none, {
      ...deps,
      clock: time,
      ollama: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    await asked;
    time.advance(300);
    expect((await choosing).name).toContain('demo');
    server.closeAllConnections();
    server.close();
  });
});
