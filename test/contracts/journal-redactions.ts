import type { Journal } from '@parley/server/ports/journal';
import { expect, test } from 'vitest';
import { batch, bytes, everything, message, note, prompt, redaction, room } from './journal-samples.ts';

/** Two records, and a document of three parts. */
async function readyToRedact(journal: Journal) {
  const { epoch } = await journal.acquire(room('a'));
  const updates = [1, 2, 3].map((part) => ({ doc: 'workspace' as const, update: bytes(part) }));
  await journal.append(room('a'), epoch, batch(0, [prompt('k1'), message('m1', 'mk')], { updates }));
  return epoch;
}

/** What is taken away for good (D11). */
export function redactions(journal: () => Journal): void {
  const compacted = (parts: number, ...state: number[]) => ({
    compacted: [{ doc: 'workspace' as const, parts, state: bytes(...state) }],
  });

  test('D11 a redaction appends, puts records in the place of others, and gives documents one state, in one step', async () => {
    const epoch = await readyToRedact(journal());
    const change = {
      ...redaction(2, [note('redacted')], [{ seq: 2, record: message('m1', 'mk', '') }]),
      updates: [{ doc: 'workspace' as const, update: bytes(4) }],
      ...compacted(4, 9),
    };
    expect(await journal().redact(room('a'), epoch, change)).toEqual({ kind: 'appended' });
    expect((await journal().read(room('a'), 0)).map(({ record }) => record)).toEqual([
      prompt('k1'),
      message('m1', 'mk', ''),
      note('redacted'),
    ]);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(9)]);
  });

  test('D11 parts behind those that a redaction counts stay behind its state', async () => {
    const epoch = await readyToRedact(journal());
    await journal().redact(room('a'), epoch, { ...redaction(2, [], []), ...compacted(2, 12) });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(12), bytes(3)]);
  });

  test('D11 the unique keys of what was rewritten stay taken', async () => {
    const epoch = await readyToRedact(journal());
    await journal().redact(room('a'), epoch, redaction(2, [], [{ seq: 2, record: message('m1', 'mk', '') }]));
    const again = await journal().append(room('a'), epoch, batch(2, [message('other', 'mk')]));
    expect(again).toEqual({ kind: 'duplicate', key: 'message:ada:mk' });
  });

  test('D11 a refused redaction, or a mistaken one, changes nothing', async () => {
    const epoch = await readyToRedact(journal());
    const before = await everything(journal());
    const rewritten = [{ seq: 2, record: message('m1', 'mk', '') }];
    const whole = { ...redaction(2, [note('new')], rewritten), ...compacted(3, 9) };
    expect(await journal().redact(room('a'), epoch, { ...whole, expectedSeq: 1 })).toEqual({
      kind: 'wrong-seq',
      seq: 2,
    });
    expect(await journal().redact(room('a'), epoch, { ...whole, records: [prompt('k1')] })).toMatchObject({
      kind: 'duplicate',
    });
    expect(await journal().redact(room('never'), epoch, whole)).toEqual({ kind: 'stale-epoch' });
    await expect(journal().redact(room('a'), epoch, { ...whole, ...compacted(4, 9) })).rejects.toThrow();
    const unknown = { ...whole, rewritten: [...rewritten, { seq: 9, record: note('x') }] };
    await expect(journal().redact(room('a'), epoch, unknown)).rejects.toThrow();
    expect(await everything(journal())).toEqual(before);
    await journal().acquire(room('a'));
    expect(await journal().redact(room('a'), epoch, whole)).toEqual({ kind: 'stale-epoch' });
    expect(await everything(journal())).toEqual(before);
  });
}
