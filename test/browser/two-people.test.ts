import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../kit/child-program.ts';
import { chunk, type SseServer } from '../kit/sse-server.ts';
import { planning } from './planning.ts';
import { TwoPeople, finish } from './two-people.ts';

let people: TwoPeople;
let model: SseServer;
beforeAll(async () => {
  people = await TwoPeople.start();
  ({ model } = people);
});
afterEach(async () => expect(await people.site.closeWindows()).toEqual([]));
afterAll(() => people[Symbol.asyncDispose]());

test('UI by keyboard alone: choose a person, enter a room, ask, and read the answer', async () => {
  const window = await people.site.open('/');
  const { page } = window;
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  expect(await window.look('choose-a-person')).toEqual([]);
  await page.keyboard.press('Tab');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Ana');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Choose a room' }).waitFor();
  expect(await window.look('choose-a-room')).toEqual([]);
  await page.keyboard.press('Tab'); // past "Be someone else"
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Three things to try').waitFor();
  expect(await window.look('empty-room')).toEqual([]);
  while (!(await window.composer.evaluate((area) => area.matches(':focus')))) await page.keyboard.press('Tab');
  await page.keyboard.type('Is anybody here?');
  await page.keyboard.press('Enter');
  finish(await model.next(), 'Only you and I.');
  await window.line('Only you and I.').waitFor();
  await expect.poll(() => window.lines()).toEqual(['Is anybody here?', 'Only you and I.']);
});

test('UI somebody new gives a name, makes a room, and is its owner', async () => {
  const { page } = await people.site.open('/');
  await page.getByLabel('Someone else').fill('Chloé Okafor');
  await page.keyboard.press('Enter');
  await page.getByText('You are Chloé Okafor').waitFor();
  await page.getByLabel('Make a new room').fill('Garden');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Garden' }).waitFor();
  await page.getByRole('tab', { name: 'People' }).click();
  await page.getByText('Decides everything about the room').waitFor();
  await page.getByRole('link', { name: 'Rooms' }).click();
  await page.getByRole('link', { name: 'Garden You are owner here' }).waitFor();
});

test('UI the page that embeds the element shows the room beside its own words', async () => {
  const window = await people.site.open('/embed.html');
  await window.page.getByText('Three things to try').or(window.page.locator('.main .entry').first()).waitFor();
  await window.say('From an app that embeds this.');
  await window.line('From an app that embeds this.').waitFor();
  expect(await window.look('embedded')).toEqual([]);
});

test('T1 T18 both ask at the same moment: both are answered in one order, and both windows show the same', async () => {
  const [a, b] = await people.together();
  await Promise.all([a.ask('From Ana: which day?'), b.ask('From Ben: which hour?')]);
  const first = await model.next();
  first.send(chunk({ content: 'Thinking **aloud**: ' }));
  for (const window of [a, b]) {
    await window.page.locator('.main .live strong', { hasText: 'aloud' }).waitFor();
    await window.queue.nth(1).waitFor();
  }
  const order = await a.queue.locator('.who-name').allInnerTexts();
  await expect
    .poll(async () => (await b.queue.locator('.who-name').allInnerTexts()).map(plainName))
    .toEqual(order.map(plainName));
  await expect.poll(() => a.queue.locator('.chip').allInnerTexts()).toEqual(['Now', 'Next']);
  expect([...(await a.look('asked-at-once-ana')), ...(await b.look('asked-at-once-ben'))]).toEqual([]);
  finish(first, 'Thursday.');
  finish(await model.next(), 'At ten.');
  for (const window of [a, b]) await window.line('At ten.').waitFor();
  await expect.poll(() => a.lines()).toHaveLength(4);
  const lines = await a.lines();
  await expect.poll(() => b.lines()).toEqual(lines);
  expect([lines[0], lines[2]].map((line) => line?.replace(/From (\w+).*/su, '$1'))).toEqual(order.map(plainName));
  expect([lines[1], lines[3]]).toEqual(['Thinking aloud: Thursday.', 'At ten.']);
  for (const window of [a, b]) await window.page.getByText('Nobody waits').waitFor();
});

/** As it stands in the queue, without the mark on oneself. */
function plainName(name: string): string {
  return name.replace(' (you)', '');
}

test('UI both windows stay at the newest words through long answers', async () => {
  const [a, b] = await people.together();
  for (const round of [1, 2]) {
    await a.ask(`Question ${round}`);
    const call = await model.next();
    for (let n = 0; n < 30; n++) call.send(chunk({ content: `Paragraph ${n} of answer ${round}.\n\n` }));
    await b.page.locator('.live', { hasText: 'Paragraph 29' }).waitFor();
    finish(call, `The end of ${round}.`);
    for (const window of [a, b]) {
      await window.line(`The end of ${round}.`).waitFor();
      await expect.poll(() => window.belowSight()).toBeLessThan(3);
      await expect.poll(() => window.page.locator('.pill').count()).toBe(0);
    }
  }
});

test('T26 T27 a waiting prompt is edited and withdrawn by its author, and both windows show it', async () => {
  const [a, b] = await people.together();
  await b.ask('First of all?');
  const first = await model.next();
  await a.ask('Which colour shall it be?');
  await a.ask('And never mind this one.');
  await a.queue.nth(2).waitFor();
  await expect.poll(() => b.queue.getByRole('button', { name: 'Edit' }).count()).toBe(0);
  await a.queue.nth(1).getByRole('button', { name: 'Edit' }).click();
  await b.queue.nth(1).getByText('Ana is editing this. It keeps its place.').waitFor();
  expect(await a.look('editing-a-prompt')).toEqual([]);
  await a.page.getByRole('textbox', { name: 'Edit your prompt' }).fill('Which shade of green shall it be?');
  await a.button('Save').click();
  await b.queue.nth(1).getByText('Which shade of green shall it be?').waitFor();
  await a.queue.nth(2).getByRole('button', { name: 'Withdraw' }).click();
  for (const window of [a, b]) await expect.poll(() => window.queue.count()).toBe(2);
  finish(first, 'Breakfast.');
  const second = await model.next();
  expect(JSON.stringify(second.body)).toContain('Which shade of green shall it be?');
  expect(JSON.stringify(second.body)).not.toContain('never mind');
  finish(second, 'Moss.');
  for (const window of [a, b]) await window.line('Moss.').waitFor();
});

test('T30 I stop my running turn; nobody else is offered to, unless they may', async () => {
  const [a, b] = await people.together();
  const stop = 'Stop the answer for Ana';
  await a.ask('Tell me everything.');
  const call = await model.next();
  call.send(chunk({ content: 'In the beginning ' }));
  await b.page.locator('.live', { hasText: 'In the beginning' }).waitFor();
  await expect.poll(() => b.button(/Stop/u).count()).toBe(0);
  await people.ana.must('PUT', `/v1/rooms/${people.room}/members/ben`, { role: 'moderator' });
  await b.button(stop).waitFor();
  await people.ana.must('PUT', `/v1/rooms/${people.room}/members/ben`, { role: 'speaker' });
  await b.button(stop).waitFor({ state: 'detached' });
  await a.button(stop).click();
  await call.closed;
  for (const window of [a, b]) {
    const line = window.line('In the beginning');
    await line.getByText('Stopped').waitFor();
    await window.page.locator('.now').waitFor({ state: 'detached' });
  }
  expect(await b.look('stopped')).toEqual([]);
});

test('T30 who stops what they may not stop is told why', async () => {
  const [a, b] = await people.together();
  await a.ask('Tell me more.');
  const call = await model.next();
  call.send(chunk({ content: 'Once upon ' }));
  await b.page.locator('.live', { hasText: 'Once upon' }).waitFor();
  const turn = await b.queue.getAttribute('data-turn');
  const refused = await (
    await people.site.server.person('ben', 'Ben')
  ).call('POST', `/v1/rooms/${people.room}/turns/${turn}/stop`);
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', detail: 'You may not do this here.' } });
  finish(call, 'a time.');
  await b.line('Once upon a time.').waitFor();
});

test('UI a message is for people: both see it, and no model is asked', async () => {
  const [a, b] = await people.together();
  await a.say('Lunch first?');
  await b.line('Lunch first?').waitFor();
  await b.say('Yes, in five minutes.');
  await a.line('Yes, in five minutes.').waitFor();
  await a.ask('What did we agree on?');
  // The only call, and it knows who said what.
  const call = await model.next();
  expect(JSON.stringify(call.body)).toContain('in five minutes');
  finish(call, 'Lunch.');
  await b.line('Lunch.').waitFor();
  for (const window of [a, b])
    await expect
      .poll(() => window.lines())
      .toEqual(['Lunch first?', 'Yes, in five minutes.', 'What did we agree on?', 'Lunch.']);
  await b.tab('People');
  await b.page.getByText('Decides everything about the room').waitFor();
  expect(await b.look('people')).toEqual([]);
});

test('R9 a private question and its answer reach nobody else, not even the wire', async () => {
  const [a, b] = await people.together();
  await a.tab('Private');
  await a.page.getByText('Only you see this lane').waitFor();
  await a.page.getByRole('textbox', { name: 'Ask the AI privately' }).fill('Is heliotrope a good secret?');
  await a.page.keyboard.press('Enter');
  finish(await model.next(), 'Heliotrope stays between us.');
  await a.page.locator('.private .entry', { hasText: 'stays between us' }).waitFor();
  expect(await a.look('private-lane')).toEqual([]);
  await a.say('Back in the room.');
  await b.line('Back in the room.').waitFor();
  await expect.poll(() => a.lines()).toEqual(['Back in the room.']);
  await b.tab('Private');
  await b.page.getByText('Only you see this lane').waitFor();
  await expect.poll(() => a.received).toMatch(/heliotrope/iu);
  expect(b.received).not.toMatch(/heliotrope/iu);
});

test('UI notes are edited by both at once, with live cursors, and say when they are saved', async () => {
  const [a, b] = await people.together();
  for (const window of [a, b]) {
    await window.tab('Notes');
    await window.page.locator('.cm-content').click();
  }
  await Promise.all([a.page.keyboard.type('Milk from Ana. '), b.page.keyboard.type('Bread from Ben. ')]);
  for (const window of [a, b]) {
    await expect.poll(() => window.notes()).toContain('Milk from Ana.');
    await expect.poll(() => window.notes()).toContain('Bread from Ben.');
    await window.page.getByText('All changes are saved').waitFor();
  }
  await expect.poll(async () => (await a.notes()) === (await b.notes())).toBe(true);
  await a.page.locator('.their-name', { hasText: 'Ben' }).waitFor({ state: 'attached' });
  await b.page.locator('.their-name', { hasText: 'Ana' }).waitFor({ state: 'attached' });
  expect(await a.look('notes')).toEqual([]);
});

test('T36 who is removed sees by whom and when, and the room goes on without them', async () => {
  const [a, b] = await people.together();
  await b.say('Am I in the way?');
  await a.line('Am I in the way?').waitFor();
  await people.ana.must('DELETE', `/v1/rooms/${people.room}/members/ben`);
  await b.page.getByText(/You were removed by Ana at \d\d:\d\d on \d+ \w+ \d{4}\./u).waitFor();
  await expect.poll(() => b.page.getByText('Am I in the way?').count()).toBe(0);
  expect(await b.look('removed')).toEqual([]);
  await a.page.getByText('Nobody else is here').waitFor();
});

describe('on other screens', () => {
  test('UI on a phone the room fits, and the panel covers it', async () => {
    await people.newRoom('Pocket');
    const phone = await people.site.open(`/?room=${people.room}&as=ana`, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    await phone.page.getByText('Three things to try').waitFor();
    expect(await phone.look('phone-empty')).toEqual([]);
    await phone.say('From the bus.');
    await phone.line('From the bus.').waitFor();
    await phone.button('Open side panel').click();
    await phone.page.getByText('Nobody waits').waitFor();
    expect(await phone.look('phone-queue')).toEqual([]);
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });

  test('UI a team at work, in light and dark', async () => {
    const picture = { deviceScaleFactor: 1.75, viewport: { width: 1280, height: 900 } } as const;
    await people.newRoom('Launch planning');
    const [a, dark, b] = await Promise.all([
      people.site.open(`/?room=${people.room}&as=ana`, { ...picture, colorScheme: 'light' }),
      people.site.open(`/?room=${people.room}&as=ana`, { ...picture, colorScheme: 'dark' }),
      people.site.open(`/?room=${people.room}&as=ben`),
    ]);
    const running = await planning({ ana: a, ben: b }, { next: () => model.next(), finish });
    for (const window of [a, dark]) {
      await window.page.locator('.live tr', { hasText: 'rollback' }).waitFor();
      await window.queue.nth(2).waitFor();
      await expect.poll(() => window.belowSight()).toBeLessThan(3);
    }
    expect([...(await a.look('room')), ...(await dark.look('room-dark'))]).toEqual([]);
    if (process.env['WRITE_SHOTS'] === '1') await a.page.screenshot({ path: join(ROOT, 'docs/room.png') });
    finish(running, '');
    for (const _ of [1, 2]) finish(await model.next(), 'Done.');
    await expect.poll(() => a.line('Done.').count()).toBe(2);
  });
});
