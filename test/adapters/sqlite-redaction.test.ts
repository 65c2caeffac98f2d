import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { databasePath } from '@parley/server/adapters/store/sqlite-file';
import type { Epoch, Journal } from '@parley/server/ports/journal';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batch, bytes, note, redaction, room } from '../contracts/journal-samples.ts';
import { openSqliteJournal, tempFolder, type TempFolder } from './sqlite-world.ts';

const WRITER = fileURLToPath(new URL('redaction-writer.ts', import.meta.url));

let folder: TempFolder;
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(() => folder.remove());

test('D11 what is redacted is in no file, whatever was written, compacted and redacted before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 5, maxLength: 30 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
      async (sizes, picks) => {
        const place = await tempFolder();
        const journal = openSqliteJournal(place.path);
        const history = new History(journal, (await journal.acquire(room('a'))).epoch);
        for (const size of sizes) await history.write(size);
        const gone: Buffer[] = [];
        for (const pick of picks) {
          const stored = storedBytes(place.path, pick % sizes.length);
          await history.redact(pick % sizes.length);
          gone.push(...stored);
          expect(gone.filter((one) => isInFiles(place.path, one))).toEqual([]);
        }
        await journal.close();
        await place.remove();
      },
    ),
    { seed: 36, numRuns: 12 },
  );
});

test('D11 killed while it redacts, it has redacted whole or not at all, and nothing of it is left when it is opened', async () => {
  let rounds = 0;
  for (const kills of [1, 4, 9, 20, 21, 22]) {
    rounds = await redactUntilKilled(kills);
    const journal = openSqliteJournal(folder.path);
    const records = (await journal.read(room('a'), 0)).map(({ record }) => record);
    const parts = await journal.loadDoc(room('a'), 'workspace');
    const whole = Math.floor(records.length / 2);
    expect(whole).toBeGreaterThanOrEqual(rounds);
    for (let n = 0; n < whole; n += 1) expect(records.slice(2 * n, 2 * n + 2)).toEqual([note(''), note(`gone ${n}`)]);
    expect(parts[0]).toEqual(bytes((whole - 1) & 255));
    expect(parts).toHaveLength(1 + (records.length % 2));
    for (let n = 0; n < whole; n += 1) expect(isInFiles(folder.path, Buffer.from(`canary.${n}.`))).toBe(false);
    await journal.close();
  }
  expect(rounds).toBeGreaterThan(10);
});

test('D11 while somebody else reads the file the redaction stands, and its traces go when they can', async () => {
  const journal = openSqliteJournal(folder.path);
  const history = new History(journal, (await journal.acquire(room('a'))).epoch);
  await history.write(100);
  const stored = storedBytes(folder.path, 0);
  const reader = new DatabaseSync(databasePath(folder.path), { readOnly: true });
  reader.exec('BEGIN; SELECT count(*) FROM records');
  await history.redact(0);
  expect((await journal.read(room('a'), 0))[0]?.record).toEqual(note(''));
  reader.exec('COMMIT');
  reader.close();
  await history.write(10);
  await history.redact(1);
  expect(stored.filter((one) => isInFiles(folder.path, one))).toEqual([]);
  await journal.close();
});

/** One room in which each record has a part of a document with the same word. */
class History {
  readonly #journal: Journal;
  readonly #epoch: Epoch;
  #seq = 0;
  #written = 0;
  readonly #places: number[] = [];

  constructor(journal: Journal, epoch: Epoch) {
    this.#journal = journal;
    this.#epoch = epoch;
  }

  async write(size: number): Promise<void> {
    const word = `canary.${this.#written}.${'y'.repeat(size)}`;
    const update = { doc: docOf(this.#written), update: Buffer.from(word) };
    await this.#journal.append(room('a'), this.#epoch, batch(this.#seq, [note(word)], { updates: [update] }));
    this.#written += 1;
    this.#places.push((this.#seq += 1));
  }

  async redact(index: number): Promise<void> {
    const doc = docOf(index);
    const parts = await this.#journal.loadDoc(room('a'), doc);
    const state = Buffer.concat(parts).toString().replaceAll(`canary.${index}.`, '');
    const change = redaction(this.#seq, [note('gone')], [{ seq: this.#places[index] ?? 0, record: note('') }]);
    const compacted = [{ doc, parts: parts.length, state: Buffer.from(state) }];
    expect(await this.#journal.redact(room('a'), this.#epoch, { ...change, compacted })).toEqual({ kind: 'appended' });
    this.#seq += 1;
  }
}

function docOf(index: number) {
  return `workspace.${index % 3}` as const;
}

/** What stands in the file now for a word: the word, or, of a body that is sealed, bytes that are in no other. */
function storedBytes(path: string, index: number, seq = index + 1): Buffer[] {
  const db = new DatabaseSync(databasePath(path), { readOnly: true });
  try {
    const bodies = db
      .prepare('SELECT body FROM records WHERE seq = ? UNION ALL SELECT body FROM doc_parts WHERE doc = ?')
      .all(seq, docOf(index))
      .map(({ body }) => Buffer.from(body as string | Uint8Array));
    return bodies.flatMap((body) => traceOf(body, `canary.${index}.`));
  } finally {
    db.close();
  }
}

function traceOf(body: Buffer, word: string): Buffer[] {
  if (body.includes(word)) return [Buffer.from(word)];
  const sealed = !body.includes('canary.') && body.length > 64;
  return sealed ? [body.subarray(body.length / 2, body.length / 2 + 32)] : [];
}

function isInFiles(path: string, bytesOf: Buffer): boolean {
  return readdirSync(path).some((file) => readFileSync(join(path, file)).includes(bytesOf));
}

/** Rounds that were acknowledged before the kill. */
async function redactUntilKilled(rounds: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = 0;
  let heard = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    heard += 1;
    if (heard === rounds) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return last;
}
