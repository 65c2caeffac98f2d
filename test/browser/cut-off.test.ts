import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RealServer, RestPerson } from '../kit/server.ts';
import type { SseServer } from '../kit/sse-server.ts';
import { TwoPeople, finish } from './two-people.ts';

let people: TwoPeople;
let model: SseServer;
beforeAll(async () => {
  people = await TwoPeople.start();
  ({ model } = people);
});
afterEach(async () => expect(await people.site.closeWindows()).toEqual([]));
afterAll(() => people[Symbol.asyncDispose]());

/** Kills the server, and starts it again on the same data when `act` is done, whatever came of it. */
async function whileDown(act: () => Promise<void>): Promise<void> {
  await people.site.server.kill();
  try {
    await act();
  } finally {
    await people.site.server.restart();
  }
}

test('T1 T2 the server dies in the middle: not a typed word is lost, and nothing is done twice', async () => {
  const [a, b] = await people.together();
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
  await expect.poll(() => b.notes()).toBe('Before. While away.');
});

test('UI words not sent yet outlive the page, and the page warns before it is left', async () => {
  const [a, b] = await people.together();
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
  await a.page.goto(`${people.site.server.url}/?room=${people.room}&as=ana`);
  await b.line('Written to nobody yet.').waitFor();
  await expect.poll(() => b.lines()).toEqual(['Written to nobody yet.']);
});

test('UI without a network the page says so, keeps what is written, and sends it when the network is back', async () => {
  const [a, b] = await people.together();
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

describe('with tokens from elsewhere', () => {
  const SECRET = 'a secret of thirty-two characters, or a few more';
  const CLAIMS = { PARLEY_JWT_ISSUER: 'https://issuer.test', PARLEY_JWT_AUDIENCE: 'parley' };

  test('W5 a sign-in that ends is said in words, and a new one opens the room again with what was being written', async () => {
    await using strict = await RealServer.start({ env: { PARLEY_JWT_SECRET: SECRET, ...CLAIMS, PARLEY_LOG: 'error' } });
    await new RestPerson(strict.url, 'ana', await signed(600)).must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
    let lasts = 6;
    const window = await people.site.open(`${strict.url}/favicon.svg`);
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
