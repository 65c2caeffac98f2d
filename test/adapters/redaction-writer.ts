import { batch, bytes, note, redaction, room } from '../contracts/journal-samples.ts';
import { openSqliteJournal } from './sqlite-world.ts';

/**
 * Writes a word and redacts it, over and over, until it is killed. Round n: record 2n + 1 and a document part
 * hold the word; then record 2n + 2 says that it is gone, from both. What is acknowledged is said on stdout.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: redaction-writer FOLDER');

const journal = openSqliteJournal(folder);
const { epoch, seq } = await journal.acquire(room('a'));
for (let n = Math.floor(seq / 2); ; n += 1) {
  const update = { doc: 'workspace' as const, update: Buffer.from(wordOf(n)) };
  // Killed in the middle of a round, it goes on there.
  if (2 * n >= seq) await journal.append(room('a'), epoch, batch(2 * n, [note(wordOf(n))], { updates: [update] }));
  const parts = (await journal.loadDoc(room('a'), 'workspace')).length;
  const gone = redaction(2 * n + 1, [note(`gone ${n}`)], [{ seq: 2 * n + 1, record: note('') }]);
  const compacted = [{ doc: 'workspace' as const, parts, state: bytes(n & 255) }];
  const result = await journal.redact(room('a'), epoch, { ...gone, compacted });
  if (result.kind !== 'appended') throw new Error(JSON.stringify(result));
  process.stdout.write(`${n + 1}\n`);
}

function wordOf(n: number): string {
  return `canary.${n}.${'x'.repeat((n * 997) % 9_000)}`;
}
