import { batch, bytes, note, room } from '../contracts/journal-samples.ts';
import { openSqliteJournal } from './sqlite-world.ts';

/**
 * Writes to the journal of the folder it is given until it is killed, saying on stdout what was
 * acknowledged. Record n and document part n are written together; now and then the parts so far are
 * compacted into one state, which is their concatenation.
 */
const COMPACT_EVERY = 7;
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: journal-writer FOLDER');

const journal = openSqliteJournal(folder);
const { epoch, seq } = await journal.acquire(room('a'));
for (let n = seq + 1; ; n += 1) {
  const update = { doc: 'workspace' as const, update: bytes(n & 255) };
  const written = journal.append(room('a'), epoch, batch(n - 1, [note(`${n}`)], { updates: [update] }));
  const parts = n % COMPACT_EVERY === 0 ? await journal.loadDoc(room('a'), 'workspace') : [];
  const compacted =
    parts.length > 0 ? journal.compactDoc(room('a'), epoch, 'workspace', parts.length, Buffer.concat(parts)) : null;
  const results = [await written, await compacted];
  if (results.some((result) => result !== null && result.kind !== 'appended')) throw new Error(JSON.stringify(results));
  process.stdout.write(`${n}\n`);
}
