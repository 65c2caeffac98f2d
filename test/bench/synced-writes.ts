import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const PAGE = Buffer.alloc(4_096);

/** As far apart as the commits of a room: a disk that rests in between answers later than one that is kept busy. */
const REST_MS = 30;

/** Milliseconds that each of so many synced writes takes on the disk that the servers write to: the floor of what is durable. */
export async function syncedWrites(count: number): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const file = openSync(join(folder, 'log'), 'w');
  const times: number[] = [];
  try {
    for (let index = 0; index < count; index++) {
      await after(REST_MS);
      const startedAt = performance.now();
      writeSync(file, PAGE);
      fsyncSync(file);
      times.push(performance.now() - startedAt);
    }
    return times;
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
