import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Full titles, with the file: nothing is skipped silently. */
  readonly skipped: readonly string[];
}

/**
 * Leaves the counts in the file named by TEST_SUMMARY. `npm test` prints them as its last line once vitest,
 * which writes after its reporters, has ended.
 */
export class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env['TEST_SUMMARY'];
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(count(modules, unhandled.length)));
  }
}

/** A file that could not be collected, a hook that failed and an error outside every test count as failures. */
function count(modules: readonly TestModule[], unhandled: number): Counts {
  const counts = { passed: 0, failed: unhandled, skipped: [] as string[] };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') counts.failed += 1;
      else counts.skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
    }
  }
  return counts;
}
