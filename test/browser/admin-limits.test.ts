import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestPerson, type RealServer } from '../kit/server.ts';
import type { PersonWindow } from './person-window.ts';
import { Site } from './site.ts';

/** What an admin decides of what people may read and use, in one window. */
let site: Site;
let server: RealServer;
let root: PersonWindow;
let rootRest: RestPerson;

beforeAll(async () => {
  site = await Site.start({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', PARLEY_MODEL: 'example' });
  ({ server } = site);
  rootRest = new RestPerson(server.url, 'root', await server.token('root', 'Root', undefined, 'admin'));
  root = await site.open('/admin?as=root');
});
afterAll(async () => {
  const complaints = await site.closeWindows();
  await site[Symbol.asyncDispose]();
  expect(complaints).toEqual([]);
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
  await expect.poll(readers).toMatchObject({ code: 'not_found' });
  await root.button('Say so').click();
  await page.getByText('It holds now who may read docs/plan.').waitFor();
  await expect.poll(readers).toEqual({ readers: ['ana', 'ben'] });

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
  await expect.poll(readers).toEqual({ readers: ['ana', 'ben'] });
  await area.fill('ana\nben\ndee');
  await page.locator('.changing').getByRole('button', { name: 'See what that does' }).click();
  await root.button('Say so').click();
  await expect.poll(() => page.locator('.changing').count()).toBe(0);
  await expect.poll(readers).toEqual({ readers: ['ana', 'ben', 'dee'] });

  await page.getByLabel('Only what this person may read').fill('cy');
  await root.button('Find').click();
  await page.getByText('Nothing that was said here lets cy read anything.').waitFor();
  await page.getByLabel('Only what this person may read').fill('ben');
  await root.button('Find').click();
  await root.button('Forget what was said of docs/plan').click();
  await dialog.getByText('Nobody may read it from now on.').waitFor();
  await root.button('Forget').click();
  await page.getByText('What was said of docs/plan is forgotten.').waitFor();
  await expect.poll(readers).toMatchObject({ code: 'not_found' });
});

test('G9 UI what was given up is shown with its reason, tried again and dropped, and what it is not while it comes or cannot', async () => {
  const letter = (job: string, kind: string, reason: string) => ({
    job,
    room: 'launch',
    kind,
    reason,
    attempts: 3,
    at: 1,
  });
  let items = [letter('j_1', 'title', 'unusable'), letter('j_2', 'export', 'batch 503')];
  const asked: string[] = [];
  const { page } = root;
  const first = Promise.withResolvers<void>();
  let status = 503;
  // What is given up takes minutes of failing: what the routes answer stands in the tests of the edge.
  await page.route('**/v1/admin/jobs**', async (route) => {
    const request = route.request();
    const of = /jobs\/(\w+)/u.exec(request.url())?.[1];
    if (of === undefined) {
      await first.promise;
      return route.fulfill(
        status === 200 ? { json: { items, next: null } } : { status, json: { code: 'unavailable' } },
      );
    }
    asked.push(`${request.method()} ${of}`);
    items = items.filter(({ job }) => job !== of);
    return route.fulfill({ status: 204 });
  });
  await show('Given up');
  await page.getByText('Loading …').waitFor();
  first.resolve();
  await page.getByText('This could not be loaded.').waitFor();
  status = 200;
  await root.button('Try again').click();
  await page.getByRole('row', { name: 'A title' }).getByText('What the model said was of no use').waitFor();
  await page.getByRole('row', { name: 'An export' }).getByText('batch 503').waitFor();
  expect(await root.look('admin-given-up')).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await root.look('admin-given-up-phone')).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 800 });

  await root.button('Drop: An export, launch').click();
  await page.getByRole('dialog').getByText('can ask for it again').waitFor();
  expect(asked).toEqual([]);
  await root.button('Drop').click();
  await page.getByText('An export for launch was dropped.').waitFor();
  await expect.poll(() => page.getByRole('row', { name: 'An export' }).count()).toBe(0);
  // Its button is gone: who goes on with the keyboard does so in the list.
  await expect.poll(() => page.locator('.table:focus').count()).toBe(1);
  await root.button('Try again: A title, launch').focus();
  await page.keyboard.press('Enter');
  await page.getByText('A title for launch waits to be made again.').waitFor();
  await page.getByText('Nothing was given up.').waitFor();
  expect(asked).toEqual(['DELETE j_2', 'POST j_1']);
});

test('G7 UI a limit says while it is written what it does to whom, and is set and taken away', async () => {
  const ana = await server.person('ana', 'Ana');
  await ana.must('POST', '/v1/rooms', { id: 'launch', title: 'Launch' });
  const { page } = root;
  const dialog = page.getByRole('dialog');
  await show('Budgets');
  await page.getByRole('row', { name: 'Launch' }).getByText('0 tokens used; there is no limit').waitFor();
  await page.getByLabel('People').check();
  await root.button('Set the budget: ana').click();
  await page.keyboard.type('1,000');
  await dialog.getByText('At 800 (80 %)').waitFor();
  await dialog.getByText('no model answers them, in all rooms and in private').waitFor();
  expect(await root.look('admin-budget-dialog')).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByText('ana: 1,000 tokens a month from now on.').waitFor();
  await expect.poll(() => ana.must('GET', '/v1/budgets/me')).toMatchObject({ tokens: 1_000 });
  await page.getByRole('row', { name: 'ana' }).getByText('0 of 1,000 tokens used (0%)').waitFor();
  expect(await root.look('admin-budgets')).toEqual([]);
  await root.button('Set the budget: ana').click();
  await root.button('Take the limit away').click();
  await page.getByText('ana: there is no limit any more.').waitFor();
  await expect.poll(() => ana.must('GET', '/v1/budgets/me')).toMatchObject({ tokens: null });
});

test('G7 UI a limit that cannot be read any more says so, and is set again, to nothing too', async () => {
  const { page } = root;
  const set: unknown[] = [];
  const standing = { month: '2031-03', used: 1_200, reserved: 0 };
  // A row of the store that was written behind the server's back; what the route answers stands in the tests of the edge.
  await page.route('**/v1/budgets/tenant', async (route) => {
    if (route.request().method() === 'PUT') set.push(route.request().postDataJSON());
    return route.fulfill({ json: { ...standing, tokens: 0, unreadable: set.length === 0 } });
  });
  await show('Usage');
  await show('Budgets');
  await page.getByText('1,200 tokens used. The limit that was set cannot be read any more').waitFor();
  await root.button('Set the budget: The whole organisation').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Take the limit away' }).waitFor();
  await expect.poll(() => dialog.getByLabel('Tokens a month').inputValue()).toBe('');
  expect(await root.look('admin-budget-unreadable')).toEqual([]);
  await dialog.getByLabel('Tokens a month').fill('0');
  await dialog.getByRole('button', { name: 'Set the limit' }).click();
  await page.getByText('The whole organisation: 0 tokens a month from now on.').waitFor();
  await page.getByText('1,200 of 0 tokens used').waitFor();
  expect(set).toEqual([{ tokens: 0 }]);
  await page.unroute('**/v1/budgets/tenant');
});

test('G5 UI a key for a provider is brought and taken away, and shown nowhere', async () => {
  const { page } = root;
  await show('Keys');
  const key = page.getByLabel('Key for 127.0.0.1:9');
  await key.fill('short');
  await root.button('Keep it').click();
  await page.getByText('A key has 8 to 512 printable characters').waitFor();
  await key.fill('canary-key-0123');
  await root.button('Keep it').click();
  await page.getByText('A key is kept.').waitFor();
  expect(await page.content()).not.toContain('canary-key');
  await expect.poll(() => key.inputValue()).toBe('');
  expect(await root.look('admin-keys')).toEqual([]);
  await page.getByLabel('People may bring keys of their own').uncheck();
  await root.button('Save').click();
  await page.getByText('From now on that holds for keys.').waitFor();
  await expect
    .poll(() => rootRest.must('GET', '/v1/keys'))
    .toMatchObject({
      items: [{ provider: '127.0.0.1:9', tenant: true, mine: false }],
      policy: { personal: false, fallback: false },
    });
  await root.button('Remove the key for 127.0.0.1:9').click();
  await page.getByText('are made with the server’s key, which pays').waitFor();
  await root.button('Remove it').click();
  await page.getByText('No key is kept.').waitFor();
});

test('G5 UI what cannot be read any more of keys is said where it is mended, and saving mends it', async () => {
  const { page } = root;
  const held = { personal: false, fallback: true };
  let unreadable = true;
  // A row of the store that was written behind the server's back; what the route answers stands in the tests of the edge.
  await page.route('**/v1/keys', (route) => {
    const kept = { mine: unreadable && 'unreadable', tenant: unreadable && 'unreadable' };
    const items = [{ provider: 'models.example', models: ['example'], ...kept }];
    return route.fulfill({ json: { items, policy: { ...held, unreadable } } });
  });
  await page.route('**/v1/keys/policy', async (route) => {
    unreadable = false;
    await route.fulfill({ json: route.request().postDataJSON() });
  });
  await show('Usage');
  await show('Keys');
  await page.getByText('What was decided here cannot be read any more.').waitFor();
  await page.getByText('A key is kept, but it cannot be read any more.').waitFor();
  await expect.poll(() => page.getByLabel('When a key is refused, the next one answers').isChecked()).toBe(true);
  await expect.poll(() => page.getByLabel('People may bring keys of their own').isChecked()).toBe(false);
  await root.button('Replace it').waitFor();
  await root.button('Remove the key for models.example').waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await root.button('Save').scrollIntoViewIfNeeded();
  expect(await root.look('admin-keys-unreadable')).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 800 });
  await root.button('Save').click();
  await page.getByText('From now on that holds for keys.').waitFor();
  await expect.poll(() => page.getByText('What was decided here cannot be read any more.').count()).toBe(0);
  await page.unroute('**/v1/keys');
  await page.unroute('**/v1/keys/policy');
});
