import type { Locator } from 'playwright-core';
import type { PersonWindow } from './person-window.ts';

interface NewTool {
  readonly name: string;
  readonly title: string;
  readonly url: string;
}

/** Fills in the form for a tool on the admin page, and waits until the server found it. */
export async function registerTool(
  { page }: PersonWindow,
  { name, title, url }: NewTool,
  functions = 1,
): Promise<void> {
  const form = page.locator('parley-tool-form').first();
  await openFold(form, 'Register a tool');
  await form.getByLabel('Name, as rooms call it').fill(name);
  await form.getByLabel('Title').fill(title);
  await form.getByLabel('Address').fill(url);
  await form.getByLabel('Address').press('Enter');
  await form.getByText(`${title} is registered with ${functions} function`).waitFor();
}

/** Says what the one function of a tool may do; `choices` are by label. */
export async function sayTerms(
  { page }: PersonWindow,
  title: string,
  choices: Readonly<Record<string, string>>,
  recipients: readonly string[] = [],
): Promise<void> {
  const form = page.locator('parley-tool-form', { hasText: `Change ${title}` });
  await openFold(form, `Change ${title}`);
  for (const [label, option] of Object.entries(choices)) await form.getByLabel(label).selectOption(option);
  for (const argument of recipients) await form.getByLabel(argument, { exact: true }).check();
  await form.getByRole('button', { name: 'Ask it again, and save' }).click();
  await form.getByText(`${title} is registered with 1 function`).waitFor();
}

async function openFold(form: Locator, words: string): Promise<void> {
  if ((await form.locator('details').getAttribute('open')) === null) await form.getByText(words).first().click();
}
