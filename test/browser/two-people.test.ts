import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../kit/child-program.ts';
import { RealServer, RestPerson } from '../kit/server.ts';
import { chunk, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';
import type { PersonWindow } from './person-window.ts';
import { planning } from './planning.ts';
import { Site } from './site.ts';

const MODEL = 'example-model';

let model: SseServer;
let site: Site;
let server: RealServer;
let ana: RestPerson;
let ben: RestPerson;
let room: string;
let rooms = 0;

beforeAll(async () => {
  model = await sseServer();
  site = await Site.start({ OPENAI_BASE_URL: model.baseURL, PARLEY_MODEL: MODEL });
  ({ server } = site);
  ana = await server.person('ana', 'Ana');
  ben = await server.person('ben', 'Ben');
});
afterEach(async () => expect(await site.closeWindows()).toEqual([]));
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

function open(path: string, options?: BrowserContextOptions): Promise<PersonWindow> {
  return site.open(path, options);
}

/** A new room that Ana made and Ben was invited to. */
async function newRoom(title: string): Promise<void> {
  room = `room-${++rooms}`;
  await ana.must('POST', '/v1/rooms', { id: room, title });
  await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'speaker' });
}

/** Both in a new room, each in a window of their own, and each sees that the other is here. */
async function together(): Promise<[PersonWindow, PersonWindow]> {
  await newRoom('Den');
  const both = await Promise.all([open(`/?room=${room}&as=ana`), open(`/?room=${room}&as=ben`)]);
  await both[0].page.getByText('Ben is here').waitFor();
  await both[1].page.getByText('Ana is here').waitFor();
  return both;
}

/** Kills the server, and starts it again on the same data when `act` is done, whatever came of it. */
async function whileDown(act: () => Promise<void>): Promise<void> {
  await server.kill();
  try {
    await act();
  } finally {
    await server.restart();
  }
}

function finish(exchange: Exchange, text: string): void {
  exchange.send(chunk({ content: text }));
  exchange.send({
    ...chunk({}, 'stop'),
    model: MODEL,
    usage: {
      prompt_tokens: 412,
      completion_tokens: 96,
      total_tokens: 508,
      prompt_tokens_details: { cached_tokens: 256 },
    },
  });
  exchange.send('[DONE]');
  exchange.response.end();
}

test('UI by keyboard alone: choose a person, enter a room, ask, and read the answer', async () => {
  const window = await open('/');
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
  const { page } = await open('/');
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
  const window = await open('/embed.html');
  await window.page.getByText('Three things to try').or(window.page.locator('.main .entry').first()).waitFor();
  await window.say('From an app that embeds this.');
  await window.line('From an app that embeds this.').waitFor();
  expect(await window.look('embedded')).toEqual([]);
});

test('T1 T18 both ask at the same moment: both are answered in one order, and both windows show the same', async () => {
  const [a, b] = await together();
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
  const [a, b] = await together();
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
  const [a, b] = await together();
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
  const [a, b] = await together();
  const stop = 'Stop the answer for Ana';
  await a.ask('Tell me everything.');
  const call = await model.next();
  call.send(chunk({ content: 'In the beginning ' }));
  await b.page.locator('.live', { hasText: 'In the beginning' }).waitFor();
  await expect.poll(() => b.button(/Stop/u).count()).toBe(0);
  await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'moderator' });
  await b.button(stop).waitFor();
  await ana.must('PUT', `/v1/rooms/${room}/members/ben`, { role: 'speaker' });
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
  const [a, b] = await together();
  await a.ask('Tell me more.');
  const call = await model.next();
  call.send(chunk({ content: 'Once upon ' }));
  await b.page.locator('.live', { hasText: 'Once upon' }).waitFor();
  const turn = await b.queue.getAttribute('data-turn');
  const refused = await ben.call('POST', `/v1/rooms/${room}/turns/${turn}/stop`);
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', detail: 'You may not do this here.' } });
  finish(call, 'a time.');
  await b.line('Once upon a time.').waitFor();
});

test('UI a message is for people: both see it, and no model is asked', async () => {
  const [a, b] = await together();
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
  const [a, b] = await together();
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
  const [a, b] = await together();
  for (const window of [a, b]) {
    await window.tab('Notes');
    await window.page.locator('.cm-content').click();
  }
  await Promise.all([a.page.keyboard.type('Milk from Ana. '), b.page.keyboard.type('Bread from Ben. ')]);
  for (const window of [a, b]) {
    await expect.poll(() => notes(window)).toContain('Milk from Ana.');
    await expect.poll(() => notes(window)).toContain('Bread from Ben.');
    await window.page.getByText('All changes are saved').waitFor();
  }
  await expect.poll(async () => (await notes(a)) === (await notes(b))).toBe(true);
  await a.page.locator('.their-name', { hasText: 'Ben' }).waitFor({ state: 'attached' });
  await b.page.locator('.their-name', { hasText: 'Ana' }).waitFor({ state: 'attached' });
  expect(await a.look('notes')).toEqual([]);
});

/** The text of the shared notes, without the names at the cursors. */
function notes(window: PersonWindow): Promise<string> {
  return window.page.locator('.cm-line').evaluateAll((lines) =>
    lines
      .map((line) =>
        [...line.childNodes]
          .filter((node) => node.nodeType === Node.TEXT_NODE)
          .map((node) => node.textContent)
          .join(''),
      )
      .join('\n'),
  );
}

test('T1 T2 the server dies in the middle: not a typed word is lost, and nothing is done twice', async () => {
  const [a, b] = await together();
  await a.tab('Notes');
  await a.page.locator('.cm-content').click();
  await a.page.keyboard.type('Before. ');
  await a.page.getByText('All changes are saved').waitFor();
  await whileDown(async () => {
    await a.page.getByText('The connection was lost. Trying again.').waitFor();
    await a.page.locator('.cm-content').click();
    await a.page.keyboard.press('End');
    await a.page.keyboard.type('While away.');
    await a.page.getByText('Kept here until the connection is back').waitFor();
    await a.say('Said while away.');
    await a.ask('Asked while away?');
    await a.page.getByText('2 things not sent yet').waitFor();
    expect(await a.look('connection-lost')).toEqual([]);
  });
  finish(await model.next(), 'Welcome back.');
  for (const window of [a, b]) {
    await window.line('Welcome back.').waitFor();
    await expect.poll(() => window.lines()).toEqual(['Said while away.', 'Asked while away?', 'Welcome back.']);
    await window.page.locator('.banner').waitFor({ state: 'detached' });
  }
  await a.page.getByText('All changes are saved').waitFor();
  await b.tab('Notes');
  await expect.poll(() => notes(b)).toBe('Before. While away.');
});

test('UI words not sent yet outlive the page, and the page warns before it is left', async () => {
  const [a, b] = await together();
  await whileDown(async () => {
    await a.page.getByText('The connection was lost. Trying again.').waitFor();
    await a.say('Written to nobody yet.');
    await a.page.getByText('1 thing not sent yet').waitFor();
    const asked = a.page.waitForEvent('dialog');
    const reload = a.page.evaluate(() => location.reload()).catch(() => undefined); // ends with the page
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
    await reload;
  });
  await a.page.goto(`${server.url}/?room=${room}&as=ana`);
  await b.line('Written to nobody yet.').waitFor();
  await expect.poll(() => b.lines()).toEqual(['Written to nobody yet.']);
});

test('UI without a network the page says so, keeps what is written, and sends it when the network is back', async () => {
  const [a, b] = await together();
  await a.page.context().setOffline(true);
  // An open line survives the loss of the network for a while; this cuts it.
  await whileDown(async () => {
    await a.page.getByText('You are offline. Your words are kept and sent when you are back.').waitFor();
    await a.say('From a tunnel.');
    await a.page.getByText('1 thing not sent yet').waitFor();
  });
  await b.page.locator('.banner').waitFor({ state: 'detached' });
  await b.say('Is Ana there?');
  await b.line('Is Ana there?').waitFor();
  expect(await a.look('offline')).toEqual([]);
  await a.page.context().setOffline(false);
  for (const window of [a, b]) {
    await window.line('From a tunnel.').waitFor();
    await expect.poll(() => window.lines()).toEqual(['Is Ana there?', 'From a tunnel.']);
  }
});

test('T36 who is removed sees by whom and when, and the room goes on without them', async () => {
  const [a, b] = await together();
  await b.say('Am I in the way?');
  await a.line('Am I in the way?').waitFor();
  await ana.must('DELETE', `/v1/rooms/${room}/members/ben`);
  await b.page.getByText(/You were removed by Ana at \d\d:\d\d on \d+ \w+ \d{4}\./u).waitFor();
  await expect.poll(() => b.page.getByText('Am I in the way?').count()).toBe(0);
  expect(await b.look('removed')).toEqual([]);
  await a.page.getByText('Nobody else is here').waitFor();
});

describe('with tokens from elsewhere', () => {
  const SECRET = 'a secret of thirty-two characters, or a few more';
  const CLAIMS = { PARLEY_JWT_ISSUER: 'https://issuer.test', PARLEY_JWT_AUDIENCE: 'parley' };

  test('W5 a sign-in that ends is said in words, and a new one opens the room again with what was being written', async () => {
    await using strict = await RealServer.start({ env: { PARLEY_JWT_SECRET: SECRET, ...CLAIMS, PARLEY_LOG: 'error' } });
    await new RestPerson(strict.url, 'ana', await signed(600)).must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
    let lasts = 6;
    const window = await site.open(`${strict.url}/favicon.svg`);
    await window.page.route('**/dev/token', async (route) => route.fulfill({ json: { token: await signed(lasts) } }));
    await window.page.goto(`${strict.url}/?room=den&as=ana`);
    await window.composer.fill('I was about to');
    lasts = -60;
    await window.page.getByText('Your sign-in has ended').waitFor();
    expect(await window.look('sign-in-ended')).toEqual([]);
    lasts = 600;
    await window.button('Try again').click();
    await expect.poll(() => window.composer.inputValue()).toBe('I was about to');
    await window.say('say this.');
    await window.line('say this.').waitFor();
  });

  function signed(seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ sub: 'ana', name: 'Ana', tenant: 'acme' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(CLAIMS.PARLEY_JWT_ISSUER)
      .setAudience(CLAIMS.PARLEY_JWT_AUDIENCE)
      .setExpirationTime(now + seconds)
      .sign(new TextEncoder().encode(SECRET));
  }
});

describe('on other screens', () => {
  test('UI on a phone the room fits, and the panel covers it', async () => {
    await newRoom('Pocket');
    const phone = await open(`/?room=${room}&as=ana`, { viewport: { width: 360, height: 740 }, hasTouch: true });
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
    await newRoom('Launch planning');
    const [a, dark, b] = await Promise.all([
      open(`/?room=${room}&as=ana`, { ...picture, colorScheme: 'light' }),
      open(`/?room=${room}&as=ana`, { ...picture, colorScheme: 'dark' }),
      open(`/?room=${room}&as=ben`),
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
