import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, Result } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** There once `axe.min.js` has run. */
    axe?: { run(root: Document, options: object): Promise<AxeResults> };
  }
}

const SOURCE = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong in what a page shows now. Its half megabyte is read into a page once. */
export async function violations(page: Page): Promise<readonly Result[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await SOURCE);
  const results = await page.evaluate(() => window.axe?.run(document, { resultTypes: ['violations'] }));
  if (results === undefined) throw new Error('axe is not in the page');
  return results.violations;
}
