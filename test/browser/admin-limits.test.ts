import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM_ARGS, chromiumPath } from '../kit/chromium.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { PersonWindow } from './person-window.ts';

/** What an admin decides of what people may read and use, in one window. */
let server: RealServer;
let browser: Browser;
let root: PersonWindow;
let rootRest: RestPerson;

beforeAll(async () => {
  server = await RealServer.start({ env: { PARLEY_LOG: 'error' } });
  rootRest = new RestPerson(server.url, 'root', await server.token('root', 'Root', undefined, 'admin'));
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] });
  root = await PersonWindow.open(browser, `${server.url}/admin?as=root`);
});
afterAll(async () => {
  expect(root.errors).toEqual([]);
  await browser.close();
  await server[Symbol.asyncDispose]();
});

const show = (name: string) => root.page.getByRole('tab', { name }).click();

test('R3 UI who may read a resource is said, changed and forgotten, each only after what it does to whom was shown', async () => {
  const readers = async () => (await rootRest.call('GET', '/v1/resources/docs%2Fplan')).body;
  const { page } = root;
  const dialog = page.getByRole('dialog');
  await show('Resources');
  await page.getByText('Nothing was said here yet.').waitFor();
  await page.getByText('Say who may read something').click();
  await page.getByLabel('Resource, as its tool calls it').fill('docs/plan');
  await page.getByLabel('People, by the id they sign in with').fill('ana ben');
  await root.button('See what that does').click();
  await dialog.getByText('ana, ben may read it from now on').waitFor();
  expect(await readers()).toMatchObject({ code: 'not_found' });
  await root.button('Say so').click();
  await page.getByText('It holds now who may read docs/plan.').waitFor();
  expect(await readers()).toEqual({ readers: ['ana', 'ben'] });

  await root.button('Change who may read docs/plan').click();
  const area = page.locator('.changing textarea');
  await expect.poll(() => area.inputValue()).toBe('ana\nben');
  await area.fill('ana\nno/body');
  await page.locator('.changing').getByRole('button', { name: 'See what that does' }).click();
  await page.getByText('These are no ids of people: no/body').waitFor();
  await area.fill('ana');
  await page.locator('.changing').getByRole('button', { name: 'See what that does' }).click();
  await dialog.getByText('ben may not read it any more.').waitFor();
  expect(await root.look('admin-resources-change')).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await readers()).toEqual({ readers: ['ana', 'ben'] });

  await page.getByLabel('Only what this person may read').fill('cy');
  await root.button('Find').click();
  await page.getByText('Nothing that was said here lets cy read anything.').waitFor();
  await page.getByLabel('Only what this person may read').fill('ben');
  await root.button('Find').click();
  await root.button('Forget what was said of docs/plan').click();
  await dialog.getByText('Nobody may read it from now on.').waitFor();
  await root.button('Forget').click();
  await page.getByText('What was said of docs/plan is forgotten.').waitFor();
  expect(await readers()).toMatchObject({ code: 'not_found' });
});
