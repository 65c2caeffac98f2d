import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = Buffer.alloc(4_096);

/** Milliseconds that each of so many synced writes takes on the disk that the servers write to: the floor of what is durable. */
export function syncedWrites(count: number): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const file = openSync(join(folder, 'log'), 'w');
  try {
    return Array.from({ length: count }, () => {
      const startedAt = performance.now();
      writeSync(file, PAGE);
      fsyncSync(file);
      return performance.now() - startedAt;
    });
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}
