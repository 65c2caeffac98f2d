import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PersonWindow } from './person-window.ts';
import { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterEach(async () => expect(await site.closeWindows()).toEqual([]));
afterAll(() => site[Symbol.asyncDispose]());

function tab({ page }: PersonWindow, name: string): Promise<void> {
  return page.getByRole('tab', { name }).click();
}

test('UI a member is told in words that the admin page is not for them', async () => {
  const ben = await site.open('/admin?as=ben&role=member');
  for (const name of ['Rooms', 'People', 'Tools', 'Resources', 'Budgets', 'Keys', 'Usage', 'Given up', 'Audit']) {
    await tab(ben, name);
    await ben.page.getByRole('alert').getByText('This page is for admins of the organisation').waitFor();
  }
  expect(await ben.look('admin-denied')).toEqual([]);
});

test('UI a day that was counted in UTC is called so, wherever its reader is', async () => {
  const ana = await site.server.person('ana');
  const { id } = await ana.must<{ id: string }>('POST', '/v1/rooms', { title: 'Westward' });
  await ana.must('POST', `/v1/rooms/${id}/prompts`, { id: 'p1', text: 'Which way is west?' });
  const days = () => ana.must<{ items: { day: number; calls: number }[] }>('GET', '/v1/usage?by=day');
  await expect.poll(async () => (await days()).items.length).toBe(1);
  const called = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  const name = called.format(((await days()).items[0]?.day ?? 0) * 86_400_000);
  for (const timezoneId of ['America/Los_Angeles', 'Pacific/Auckland']) {
    const root = await site.open('/admin?as=root', { timezoneId });
    await tab(root, 'Usage');
    await root.page.getByLabel('Day').check();
    await root.page.getByRole('rowheader', { name }).waitFor();
  }
});

test('UI an admin sees rooms and people, and revokes only after saying yes to what it does', async () => {
  const ben = await site.server.person('ben');
  const { id } = await ben.must<{ id: string }>('POST', '/v1/rooms', { title: 'Garden' });
  const root = await site.open('/admin?as=root');
  const room = root.page.getByRole('row', { name: id });
  await room.getByText('ben (owner)').waitFor();
  expect(await root.look('admin-rooms')).toEqual([]);

  await root.page.getByRole('tab', { name: 'Rooms' }).press('ArrowRight');
  await root.button('Revoke now: ben').click();
  const dialog = root.page.getByRole('dialog', { name: 'Revoke the access of ben now?' });
  await dialog.getByText('Every token that ben holds now is refused').waitFor();
  expect(await root.look('admin-revoke')).toEqual([]);
  await root.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect((await ben.call('GET', '/v1/rooms')).status).toBe(200);

  await root.button('Revoke now: ben').click();
  await root.button('Revoke ben').click();
  await root.page.getByText('The access of ben was revoked.').waitFor();
  await root.page.getByText(/^Revoked on/).waitFor();
  await expect.poll(async () => (await ben.call('GET', '/v1/rooms')).status).toBe(401);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`UI axe finds nothing on any view of the admin page, ${colorScheme}, also at 360 px`, async () => {
    const root = await site.open('/admin?as=root', { colorScheme, viewport: { width: 360, height: 740 } });
    const found: string[] = [];
    for (const name of ['Rooms', 'People', 'Tools', 'Resources', 'Budgets', 'Keys', 'Usage', 'Given up', 'Audit']) {
      await tab(root, name);
      await root.page.getByText('Loading …').waitFor({ state: 'detached' });
      found.push(...(await root.look(`admin-${name.toLowerCase()}-${colorScheme}-360`)));
      expect(await root.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
    expect(found).toEqual([]);
  });
}

test('UI usage is a picture and a table of the same numbers; the audit is filtered', async () => {
  const ana = await site.server.person('ana');
  const { id } = await ana.must<{ id: string }>('POST', '/v1/rooms', { title: 'Orchard' });
  await ana.must('POST', `/v1/rooms/${id}/prompts`, { id: 'p1', text: 'Which apples keep well?' });
  const used = async (): Promise<number> =>
    (await ana.must<{ items: { outputTokens: number }[] }>('GET', '/v1/usage?by=user')).items[0]?.outputTokens ?? 0;
  await expect.poll(used).toBeGreaterThan(0);

  const root = await site.open('/admin?as=root');
  await tab(root, 'Usage');
  const words = (await used()).toLocaleString('en-GB');
  await root.page.getByRole('row', { name: 'ana' }).getByRole('cell', { name: words, exact: true }).first().waitFor();
  await root.page.getByRole('img', { name: `${words} output in all` }).waitFor();
  await expect.poll(() => root.page.locator('.plot canvas').count()).toBe(1);
  expect(await root.look('admin-usage')).toEqual([]);
  await root.page.getByLabel('Day').check();
  await root.page.getByRole('img', { name: /^Tokens by day/ }).waitFor();

  await tab(root, 'Audit');
  await root.page.getByLabel('By', { exact: true }).fill('ana');
  await root.page.getByLabel('Outcome').selectOption('Done');
  await root.button('Filter').click();
  const lines = root.page.locator('tbody tr');
  await expect.poll(() => lines.filter({ hasNotText: 'ana' }).count()).toBe(0);
  await expect.poll(() => lines.count()).toBeGreaterThan(0);
  const file = root.page.waitForEvent('download');
  await root.button('Export as CSV').click();
  expect((await file).suggestedFilename()).toBe('audit.csv');
  expect(await root.look('admin-audit')).toEqual([]);
});
