import type { Journal } from '@parley/server/ports/journal';
import { expect, test } from 'vitest';
import { batch, bytes, room } from './journal-samples.ts';

/** The parts of documents, and their compaction (D3). */
export function documents(journal: () => Journal): void {
  const updates = (...parts: Uint8Array[]) => ({
    updates: parts.map((update) => ({ doc: 'workspace' as const, update })),
  });

  test('D3 the parts of a document come back in the order they were written, empty and large ones too', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const large = new Uint8Array(300_000).fill(7);
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(2), bytes(1))));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(), large)));
    const parts = await journal().loadDoc(room('a'), 'workspace');
    expect(parts).toEqual([bytes(2), bytes(1), bytes(), large]);
    expect(parts.every((part) => Object.getPrototypeOf(part) === Uint8Array.prototype)).toBe(true);
    expect(await journal().loadDoc(room('a'), 'transcript')).toEqual([]);
    expect(await journal().loadDoc(room('never'), 'workspace')).toEqual([]);
  });

  test('D3 a view into a larger buffer is kept as the bytes it shows', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const frame = bytes(9, 9, 1, 2, 9);
    await journal().append(room('a'), epoch, batch(0, [], updates(frame.subarray(2, 4))));
    frame.fill(0);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1, 2)]);
  });

  test('D3 docs names every document that was written, once, by name', async () => {
    const { epoch } = await journal().acquire(room('a'));
    const written = ['workspace.x', 'transcript', 'workspace.x', 'transcript.me:zoë', 'workspace'] as const;
    for (const doc of written)
      await journal().append(room('a'), epoch, batch(0, [], { updates: [{ doc, update: bytes(1) }] }));
    expect(await journal().docs(room('a'))).toEqual(['transcript', 'transcript.me:zoë', 'workspace', 'workspace.x']);
    expect(await journal().docs(room('never'))).toEqual([]);
  });

  test('D3 compaction replaces the first parts by one state; later parts stay behind it', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1), bytes(2), bytes(3))));
    expect(await journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(12))).toEqual({ kind: 'appended' });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(12), bytes(3)]);
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(4))));
    await journal().compactDoc(room('a'), epoch, 'workspace', 3, bytes(124));
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(124)]);
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(5))));
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(124), bytes(5)]);
  });

  test('D3 parts that arrive while a compaction is under way are not lost', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1), bytes(2))));
    await Promise.all([
      journal().append(room('a'), epoch, batch(0, [], updates(bytes(3)))),
      journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(12)),
      journal().append(room('a'), epoch, batch(0, [], updates(bytes(4)))),
    ]);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(12), bytes(3), bytes(4)]);
  });

  test('D3 compaction touches no other document and no other room', async () => {
    for (const ref of [room('a'), room('b')]) {
      const { epoch } = await journal().acquire(ref);
      await journal().append(
        ref,
        epoch,
        batch(0, [], {
          updates: [
            { doc: 'workspace', update: bytes(1) },
            { doc: 'transcript', update: bytes(2) },
          ],
        }),
      );
    }
    const { epoch } = await journal().acquire(room('a'));
    await journal().compactDoc(room('a'), epoch, 'workspace', 1, bytes(9));
    expect(await journal().loadDoc(room('a'), 'transcript')).toEqual([bytes(2)]);
    expect(await journal().loadDoc(room('b'), 'workspace')).toEqual([bytes(1)]);
  });

  test('D3 an owner that was replaced compacts nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1), bytes(2))));
    await journal().acquire(room('a'));
    expect(await journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(9))).toEqual({ kind: 'stale-epoch' });
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1), bytes(2)]);
  });

  test('D3 compacting parts that do not exist is a mistake and changes nothing', async () => {
    const { epoch } = await journal().acquire(room('a'));
    await journal().append(room('a'), epoch, batch(0, [], updates(bytes(1))));
    await expect(journal().compactDoc(room('a'), epoch, 'workspace', 2, bytes(9))).rejects.toThrow(RangeError);
    await expect(journal().compactDoc(room('a'), epoch, 'workspace', 0, bytes(9))).rejects.toThrow(RangeError);
    expect(await journal().loadDoc(room('a'), 'workspace')).toEqual([bytes(1)]);
  });
}
