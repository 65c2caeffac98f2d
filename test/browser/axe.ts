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

/** All that axe asks for by itself, or that of colours alone: what a page in another colour scheme can have wrong beside. */
export type AxeRules = 'all' | 'colours';
const RUN = {
  all: { resultTypes: ['violations'] },
  colours: { resultTypes: ['violations'], runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
} as const;

/** What axe finds wrong in what a page shows now. Its half megabyte is read into a page once. */
export async function violations(page: Page, rules: AxeRules = 'all'): Promise<readonly Result[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await SOURCE);
  const results = await page.evaluate((options) => window.axe?.run(document, options), RUN[rules]);
  if (results === undefined) throw new Error('axe is not in the page');
  return results.violations;
}
