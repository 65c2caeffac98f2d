import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations, type AxeRules } from './axe.ts';
import { StoryStage } from './stories/stage.ts';
import { olderPages } from './stories/entry-stories.ts';
import { stories, type StoryName } from './stories/stories.ts';
import type {} from './stories/story-page.ts';

const names = Object.keys(stories) as StoryName[];
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true } as const;

let stage: StoryStage;
beforeAll(async () => {
  stage = await StoryStage.start();
});
afterAll(() => stage[Symbol.asyncDispose]());

async function show(page: Page, name: StoryName): Promise<void> {
  await page.evaluate((story) => window.stage.show(story), name);
}

async function broken(page: Page, rules: AxeRules): Promise<string[]> {
  return (await violations(page, rules)).flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

describe.each([
  ['light', 'all'],
  // The same elements: what can be wrong in the dark alone are its colours.
  ['dark', 'colours'],
] as const)('UI every state, %s', (colorScheme, rules) => {
  test('has no accessibility violation', async () => {
    const page = await stage.open({ viewport: { width: 1280, height: 800 }, colorScheme, reducedMotion: 'reduce' });
    const found: Record<string, string[]> = {};
    for (const name of names) {
      await show(page, name);
      const bad = await broken(page, rules);
      if (bad.length > 0) found[name] = bad;
    }
    expect(found).toEqual({});
    await page.context().close();
  });
});

/** In the page: what is too wide, too small to read, or too small to touch. */
function misfits(): string[] {
  const bad: string[] = [];
  const name = (element: Element): string =>
    `${element.localName}.${element.className} “${(element.textContent ?? '').trim().slice(0, 30)}”`;
  const root = window.stage.room.renderRoot;
  if (document.documentElement.scrollWidth > innerWidth) bad.push('the page scrolls sideways');
  for (const element of root.querySelectorAll<HTMLElement>('*')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || !element.checkVisibility() || element.closest('.said, [inert]') !== null)
      continue;
    const scrolls = element.closest('pre, .table, .notes-editor') !== null;
    if (!scrolls && (box.right > innerWidth + 0.5 || box.left < -0.5)) bad.push(`sticks out: ${name(element)}`);
    const words = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
    );
    if (words && Number.parseFloat(getComputedStyle(element).fontSize) < 16) bad.push(`small text: ${name(element)}`);
    const touched = element.matches(
      'button, summary, textarea, select, input:not([type=radio], [type=checkbox]), .choice span, .access-choice, .fixed',
    );
    if (touched && (box.height < 43.5 || box.width < 43.5))
      bad.push(`small target ${box.width}×${box.height}: ${name(element)}`);
  }
  return bad;
}

test.each([
  ['a phone, 360 pixels wide', PHONE],
  // 200 % zoom of a 1280 × 800 window is a window of half the pixels.
  ['200 % zoom', { viewport: { width: 640, height: 400 } }],
] as const)('UI every state fits %s: nothing sticks out, text is 16 px, targets are 44 px', async (_name, options) => {
  const page = await stage.open(options);
  const found: Record<string, string[]> = {};
  for (const name of names) {
    await show(page, name);
    const open = await page.evaluate(misfits);
    await page.evaluate(() => {
      window.stage.room.panel = null;
      return window.stage.room.updateComplete;
    });
    const bad = [...open, ...(await page.evaluate(misfits))];
    if (bad.length > 0) found[name] = bad;
  }
  expect(found).toEqual({});
  await page.context().close();
});

test('UI every state keeps its words in place: nothing is written to the console, nothing inline is refused', () => {
  expect(stage.errors).toEqual([]);
});

test.each([
  ['empty', 'Three things to try'],
  ['alone', 'You are the only one here'],
  ['loading', 'Loading the conversation'],
  ['reconnecting', '3 things not sent yet'],
  ['draining', 'The server is restarting'],
  ['read-only', 'You can read this room, but not write in it'],
  ['removed', 'You were removed by Ben at 10:00 on 12 March 2031'],
  ['removed', 'But I was not finished with this sentence.'],
  ['expired', 'Your sign-in has ended'],
  ['model-unreachable', 'The model server could not be reached'],
  ['nothing-found', 'Nothing here says “helicopter”'],
  ['refused', 'The queue is full. Wait until a place is free'],
  ['waiting', 'Waiting, 4th'],
  ['still-wanted', 'On hold: still wanted?'],
  ['member-change', 'Writes, asks the AI, edits the notes'],
  ['member-remove', 'Ben leaves the room now; their waiting prompts end'],
  ['last-owner', 'You cannot leave: you are the only owner'],
  ['left', 'You left this room'],
  ['never-in', 'This room is not open to you'],
  ['approval-waits', 'The AI wants to act as you: Team mail (mail.send).'],
  ['approval', 'If you do nothing, it counts as declined in 12 minutes.'],
  ['approval-release', 'Whoever receives this could learn from it what they may not read themselves'],
  ['approval-gone', 'This is no longer waiting'],
  ['waiting-for', 'Waiting for Ben’s approval'],
  ['waiting-for', 'Others go on meanwhile; it takes its place again once it is decided.'],
  ['tools-used', 'Nobody knows whether Team mail did it'],
  ['tools-used', 'Not everyone here sees this: it was built on drive/budget-2031'],
  ['tools-used', 'Shared by Chioma Okafor from their private lane'],
  ['tools-used', 'Ben took these words away.'],
  ['redacting', 'The words are taken away for everyone, everywhere, for good'],
  ['withheld', '2 results were withheld from the answer in the room'],
  ['withheld-elsewhere', 'Only you are told this'],
  ['release', 'Whoever may not read these does not see the answer, though you share it.'],
  ['release-failed', 'The server cannot be reached right now.'],
  ['quoting', 'Only this is sent with your question:'],
  ['tools', 'Acts for the room: everyone here may read what it returns'],
  ['tools-empty', 'No tools here'],
  ['tools-failed', 'The server cannot be reached right now.'],
  ['tool-drop', 'The AI cannot use Team mail in this room any more'],
  ['invite-made', 'It is shown this once, so copy it now'],
  ['explain', 'A speaker has level 20, and this takes 20.'],
  ['usage', 'More than four fifths are used.'],
  ['usage', 'In this room you may use 150,000 tokens a month of it.'],
  ['usage-spent', 'Used up until 1 April 2031 (UTC), unless an admin allows more.'],
  ['own-keys', 'Key for api.openai.com'],
  ['usage-owner', 'What was used here, by whom'],
  ['usage-failed', 'The server cannot be reached right now.'],
  ['models-room', 'Models that may answer here'],
  ['models-composer', 'gpt-5-mini (usual)'],
  ['lost-words', 'Rollback: restore from the 21:30 snapshot'],
] as const)('UI the state “%s” says “%s”', async (name, words) => {
  const page = await shared();
  await show(page, name);
  await expect.poll(() => page.evaluate(said)).toContain(words);
});

test('UI offline is said in words, and that words are kept', async () => {
  const page = await shared();
  await show(page, 'reconnecting');
  await page.context().setOffline(true);
  await page.getByText('You are offline. Your words are kept').waitFor();
  await page.context().setOffline(false);
});

test('C12 R13 UI a mark of a repeat finds its original in a past that is not loaded yet; look-alikes stand with their ids', async () => {
  const page = await shared();
  await show(page, 'repeats');
  await expect.poll(() => page.locator('.main .head code').allInnerTexts()).toEqual(['ben', 'ben-2']);
  await page.evaluate((pages) => {
    const { client } = window.stage;
    const left = [...pages];
    client.loadOlder = async () => {
      const { room } = client.view;
      const more = left.shift() ?? [];
      client.show({ room: { ...room, entries: [...more, ...room.entries], firstSeq: more[0]?.seq ?? 1 } });
      return more.length > 0;
    };
  }, olderPages);
  await page.getByRole('button', { name: 'Repeats lines 2–4 of an earlier message by Ben' }).click();
  const original = page.locator('[data-entry="e_1"]');
  await original.getByText('This is all it says').waitFor();
  await expect.poll(() => original.evaluate((row) => row.getBoundingClientRect().top)).toBeGreaterThan(0);
});

test('R14 UI an entry whose words are taken away is asked about no more', async () => {
  const page = await shared();
  await show(page, 'quoting');
  await page.locator('.main .quotes li').waitFor();
  await page.evaluate(() => {
    const { client } = window.stage;
    const { room } = client.view;
    client.show({ room: { ...room, entries: room.entries.map((one) => ({ ...one, text: '', redactedBy: 'ben' })) } });
  });
  await page.locator('.main .quotes').waitFor({ state: 'detached' });
});

test('G5 G7 UI a large question says what it would take, and goes to the model that was chosen', async () => {
  const page = await shared();
  await show(page, 'models-composer');
  await page.evaluate(() => {
    const forecast = { inputTokens: 11_000, p50: 12_345, p90: 18_950, left: 41_556 };
    window.stage.client.replies['prompt.measure'] = () => ({ ok: true, value: forecast });
  });
  const write = page.locator('.main textarea');
  await write.fill('x'.repeat(3_999));
  await page.locator('.main').getByLabel('Model').selectOption('claude-large');
  await expect.poll(() => page.locator('.main parley-forecast').count()).toBe(0);
  await write.fill('x'.repeat(4_000));
  await page.getByText('This takes about 12,000 to 19,000 tokens, of the 41,556 you have left this month.').waitFor();
  await write.press('Enter');
  const calls = () => page.evaluate(() => window.stage.client.calls.filter(([name]) => name === 'ask'));
  await expect.poll(calls).toEqual([['ask', 'x'.repeat(4_000), 'room', 'claude-large']]);
});

/** In the page: all that the room says. */
function said(): string {
  return [...window.stage.room.renderRoot.children]
    .map((part) => part.textContent)
    .join(' ')
    .replace(/\s+/g, ' ');
}

let one: Promise<Page> | null = null;
/** One window for tests that only read it. */
function shared(): Promise<Page> {
  one ??= stage.open({ viewport: { width: 1280, height: 800 } });
  return one;
}
