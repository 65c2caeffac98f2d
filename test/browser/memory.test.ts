import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM_ARGS, chromiumPath } from '../kit/chromium.ts';
import { DigestingProvider } from '../kit/digesting-provider.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { PersonWindow } from './person-window.ts';

let provider: DigestingProvider;
let server: RealServer;
let browser: Browser;
let ana: RestPerson;
let ben: PersonWindow;

beforeAll(async () => {
  provider = await DigestingProvider.start();
  server = await RealServer.start({ env: { ...provider.env, PARLEY_LOG: 'error' } });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] });
  ana = await server.person('ana', 'Ana');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den', policy: { limits: { turnTokens: 5_000 } } });
  await ana.must('PUT', '/v1/rooms/den/members/ben', { role: 'speaker' });
});
afterAll(async () => {
  expect(ben.errors).toEqual([]);
  await browser.close();
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

async function asked(n: number): Promise<void> {
  const text = Array.from({ length: 120 }, (_, index) => `${n}w${index}`).join(' ');
  const { turn } = await ana.must<{ turn: string }>('POST', '/v1/rooms/den/prompts', {
    ...{ id: `p-${n}`, text, audience: 'room' },
  });
  await ana.must('GET', `/v1/rooms/den/turns/${turn}?wait=20`);
}

const digest = async () => (await ana.must<{ digest: { to: number } | null }>('GET', '/v1/rooms/den/digest')).digest;

test('C3 C4 UI an entry is pinned as a decision and stays in sight; what was summed up is read, and leads to what it is from', async () => {
  provider.summary = () => '**Ana decided** that the launch is on Thursday';
  const said = { id: 'm-1', text: 'We launch on Thursday.', audience: 'room', offRecord: false };
  await ana.must('POST', '/v1/rooms/den/messages', said);
  ben = await PersonWindow.open(browser, `${server.url}/?room=den&as=ben`);
  const { page } = ben;
  const dialog = page.getByRole('dialog', { name: 'What the AI keeps in mind' });
  await ben.line('We launch on Thursday.').hover();
  await ben.button(/^What to do with the entry of Ana/u).click();
  await ben.button('Pin…').click();
  await dialog.getByText('Nothing is pinned yet.').waitFor();
  await dialog.getByRole('button', { name: 'Decision', exact: true }).click();
  await dialog.getByText('Pinned by Ben').waitFor();
  await dialog.getByText('Nothing is summed up').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await ben.line('We launch on Thursday.').getByRole('button', { name: 'Decision' }).waitFor();
  expect(await ben.look('pinned')).toEqual([]);

  for (let turn = 1; turn <= 30 && (await digest()) === null; turn += 1) await asked(turn);
  expect(provider.answers.at(-1)).toContain('Decision, entry 1:');
  const to = (await digest())?.to ?? 0;
  await ben.button(`The AI reads a summary of entries 1–${to}`).click();
  await dialog.getByText('Ana decided that the launch is on Thursday').waitFor();
  await dialog.getByText('We launch on Thursday.').waitFor();
  expect(await ben.look('memory')).toEqual([]);
  // The summary names the newest entry of everybody it covers; a pin leads to its own.
  await dialog.getByRole('button', { name: 'Entry 1, by Ana' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => ben.line('We launch on Thursday.').isVisible()).toBe(true);
  await ben.line('We launch on Thursday.').getByRole('button', { name: 'Decision' }).click();
  await dialog.getByRole('button', { name: 'Unpin: Decision, by Ana' }).click();
  await dialog.getByText('Nothing is pinned yet.').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => ben.line('We launch on Thursday.').getByRole('button', { name: 'Decision' }).count()).toBe(0);
});
