import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PersonWindow } from './person-window.ts';
import { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterEach(async () => expect(await site.closeWindows()).toEqual([]));
afterAll(() => site[Symbol.asyncDispose]());

/** Ana in a room that she just made on the page, and the room's id. */
async function newRoom(title: string): Promise<[PersonWindow, string]> {
  const ana = await site.open('/?as=ana');
  await ana.page.getByLabel('Make a new room').fill(title);
  await ana.page.keyboard.press('Enter');
  await ana.page.getByRole('heading', { name: title }).waitFor();
  await ana.tab('People');
  return [ana, new URL(ana.page.url()).searchParams.get('room') ?? ''];
}

test('R13 a room that is invite only is opened to one person, renamed and closed to them again, all on the page', async () => {
  const [ana, room] = await newRoom('Garden');
  const ben = await site.open(`/?room=${room}&as=ben`);
  await ben.page.getByText('The room does not exist, or you are not a member of it.').waitFor();

  await ana.button('Add someone').click();
  await ana.page.getByLabel('Their id').fill('ben');
  await ana.page.keyboard.press('Enter');
  await ana.page.getByText('ben was added as Speaker').waitFor();
  await ben.button('Try again').click();
  await ben.page.getByText('Ana is here').waitFor();
  await ben.say('Thank you for letting me in.');
  await ana.line('Thank you for letting me in.').waitFor();

  await ana.button('Change Ben').click();
  await ana.page.getByLabel('Role').selectOption('Reader');
  await ana.button('Save').click();
  await ben.page.getByText('You can read this room, but not write in it.').waitFor();

  await ana.button('Rename this room').click();
  await ana.page.keyboard.type('Orchard');
  await ana.page.keyboard.press('Enter');
  await ben.page.getByRole('heading', { name: 'Orchard' }).waitFor();
  expect(await ana.look('people-of-a-room')).toEqual([]);

  await ana.button('Change Ben').click();
  await ana.button('Remove Ben from the room').click();
  await ana.button('Remove Ben').click();
  await ben.page.getByText('You were removed by Ana').waitFor();
  await ana.page.getByText('Ben is no longer in this room.').waitFor();
});

test('a room is opened to everyone in the organisation; whoever came in by themselves leaves by themselves', async () => {
  const [ana, room] = await newRoom('Garden');
  await ana.page.getByRole('radio', { name: 'Everyone in the organisation' }).check();
  await ana.button('Save').click();
  await ana.page.getByText('From now on everyone in the organisation may join.').waitFor();
  const ben = await site.open(`/?room=${room}&as=ben`);
  await ben.page.getByText('Ana is here').waitFor();
  await ana.page.locator('.person', { hasText: 'Ben' }).waitFor();
  await ben.tab('People');
  await ben.button('Change your place here').click();
  await ben.button('Leave this room').click();
  await ben.page.getByText('You can come back: everyone in the organisation may join.').waitFor();
  await ben.button('Leave now').click();
  await ben.page.getByRole('heading', { name: 'You left this room' }).waitFor();
  await ana.page.getByText('Nobody else is here').waitFor();
  await expect.poll(() => ana.page.locator('.person').count()).toBe(1);
});

test('UI an invitation by link lets in whoever opens it, as whom they say, once', async () => {
  const [ana, room] = await newRoom('Garden');
  await ana.button('Invite by link').click();
  await ana.button('Make the link').click();
  const shown = ana.page.getByRole('textbox', { name: 'Invite by link' });
  const pattern = new RegExp(`^${site.server.url}/invite#${room}\\.[A-Za-z0-9_-]{32,}$`);
  await expect.poll(() => shown.inputValue()).toMatch(pattern);
  const link = await shown.inputValue();
  expect(await ana.look('invitation-made')).toEqual([]);

  const path = link.slice(site.server.url.length);
  const fay = await site.open(path);
  await fay.page.getByLabel('Someone else').fill('Fay');
  await fay.page.keyboard.press('Enter');
  await fay.button('Come in').waitFor();
  expect(await fay.look('invitation-opened')).toEqual([]);
  await fay.button('Come in').click();
  await fay.page.getByText('Ana is here').waitFor();
  await fay.say('Thank you for the link.');
  await ana.line('Thank you for the link.').waitFor();

  const late = await site.open(`/invite?as=ben${path.slice('/invite'.length)}`);
  await late.button('Come in').click();
  await late.page.getByRole('alert').getByText('This invitation does not let you in').waitFor();
  const broken = await site.open('/invite');
  await broken.page.getByText('This link is not complete').waitFor();
});

test('UI why somebody may do something here is said in the server’s own sentences', async () => {
  const [ana] = await newRoom('Garden');
  await ana.button('Change your place here').click();
  await ana.button('Why?').click();
  await ana.page.getByText('delete the room').waitFor();
  expect(await ana.look('rights-explained')).toEqual([]);
});

test('W27 the list of rooms to choose from holds all of them, also beyond one page', async () => {
  const ana = await site.server.person('ana', 'Ana');
  for (let count = 0; count < 101; count += 1) await ana.must('POST', '/v1/rooms', { title: `Shelf ${count}` });
  const window = await site.open('/?as=ana');
  await window.page.getByRole('link', { name: /Shelf 100/ }).waitFor();
  await expect.poll(() => window.page.getByRole('link', { name: /Shelf/ }).count()).toBe(101);
});
