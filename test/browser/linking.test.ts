import { join } from 'node:path';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ROOT } from '../kit/child-program.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../kit/chromium.ts';
import { AUDIENCE, OidcAuthority } from '../kit/oidc-authority.ts';
import { RealServer } from '../kit/server.ts';
import { ToolServer } from '../kit/tool-server.ts';
import { GullibleModel } from './gullible-model.ts';
import { PersonWindow } from './person-window.ts';
import { sayTerms } from './registering.ts';

let model: GullibleModel;
let tool: ToolServer;
let server: RealServer;
let authority: OidcAuthority;
let browser: Browser;

beforeAll(async () => {
  // The authority says at length that its pages are not for production.
  vi.spyOn(console, 'warn').mockReturnValue();
  vi.spyOn(console, 'info').mockReturnValue();
  [model, tool] = await Promise.all([GullibleModel.start(), ToolServer.start()]);
  server = await RealServer.start({
    env: { OPENAI_BASE_URL: model.baseURL, PARLEY_MODEL: 'example', PARLEY_LOG: 'error' },
  });
  authority = await OidcAuthority.start(`${server.url}/oauth/callback`);
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] });
  const parameters = { type: 'object', properties: { id: { type: 'string' } } };
  tool.functions = [{ name: 'read', description: 'Reads a document.', parameters }];
  tool.answer = () => ({ items: [{ text: 'only for whoever asked' }] });
});
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  await authority[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await tool[Symbol.asyncDispose]();
});

/** An admin registers a tool that acts with everybody's own account at the authority. */
async function register(): Promise<void> {
  const root = await PersonWindow.open(browser, `${server.url}/admin?as=root`);
  await root.page.getByRole('tab', { name: 'Tools' }).click();
  const form = root.page.locator('parley-tool-form').first();
  await form.getByText('Register a tool').click();
  await form.getByLabel('How it knows who calls').selectOption('Everyone’s own account (OAuth)');
  const fields = {
    'Name, as rooms call it': 'docs',
    Title: 'Documents',
    Address: `${tool.url}/mcp`,
    'Where people sign in': `${authority.issuer}/auth`,
    'Where tokens are given out': `${authority.issuer}/token`,
    'Where access is taken back': `${authority.issuer}/token/revocation`,
    'Client id': 'parley',
    'Client secret': 'shh',
    Scopes: 'mail me',
  };
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label).first().fill(value);
  expect(await root.look('linking-1-registering')).toEqual([]);
  await form.getByRole('button', { name: 'Ask it what it can do, and register it' }).click();
  await form.getByText('Documents is registered with 1 function').waitFor();
  await sayTerms(root, 'Documents', { Class: 'Read: looks something up' });
  expect(root.errors).toEqual([]);
  await root.close();
}

/** Ana in a room of her own with that tool. */
async function room(): Promise<PersonWindow> {
  const ana = await PersonWindow.open(browser, `${server.url}/?as=ana`);
  await ana.page.getByLabel('Make a new room').fill('Den');
  await ana.page.keyboard.press('Enter');
  await ana.page.getByRole('heading', { name: 'Den' }).waitFor();
  await ana.tab('Tools');
  await ana.button('Let a tool in').press('Enter');
  await ana.page.getByLabel('Which tool').selectOption('Documents (docs)');
  await ana.button('Let it in').press('Enter');
  await ana.page.getByText('Documents works in this room now.').waitFor();
  return ana;
}

/** She signs in at the authority's own pages, says yes there, and says here whose account goes to whom. */
async function signIn(ana: PersonWindow): Promise<void> {
  // The authority's pages ask for a font of somebody else's.
  await ana.page.context().route(/googleapis/u, (route) => route.abort());
  await ana.button('Link your account').press('Enter');
  const opened = ana.page.context().waitForEvent('page');
  await ana.page.getByRole('link', { name: `Go on at ${new URL(authority.issuer).host}` }).press('Enter');
  const other: Page = await opened;
  await other.getByPlaceholder('Enter any login').fill('ana@mail');
  await other.getByPlaceholder('and password').fill('secret');
  await other.getByRole('button', { name: 'Sign-in' }).click();
  await other.getByRole('button', { name: 'Continue' }).click();
  await other.getByText('Link the account you just signed in with to ana?').waitFor();
  await other.screenshot({ path: join(ROOT, 'test/shots/linking-3-question.png') });
  await other.getByRole('button', { name: 'Link it' }).click();
  await other.getByText('Your account is linked.').waitFor();
  await other.close();
  // A window without a screen is never out of sight, so that coming back to it is said.
  await ana.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await ana.page.getByText('Your account there is linked').waitFor();
}

test('R12 UI an account at a server that nobody here wrote is linked in the room, acts as its person, and is taken back when it is unlinked', async () => {
  await register();
  const ana = await room();
  await ana.ask('What does the plan say?');
  await ana.line('The asking person has not linked their account').waitFor();
  expect(tool.calls).toEqual([]);
  expect(await ana.look('linking-2-not-linked')).toEqual([]);

  await signIn(ana);
  expect(await ana.look('linking-4-linked')).toEqual([]);
  await ana.ask('And the plan now?');
  await ana.line('That is what came back: No results.').waitFor();
  const [call] = tool.calls;
  expect(decodeJwt(call?.bearer ?? '')).toMatchObject({ iss: authority.issuer, sub: 'ana@mail', aud: AUDIENCE });

  await ana.button('Unlink your account at Documents').press('Enter');
  await ana.button('Link your account').waitFor();
  expect(authority.grantsRevoked).toBe(1);
  await expect.poll(() => ana.page.getByText('did not answer that it took').count()).toBe(0);
  expect(await ana.look('linking-5-unlinked')).toEqual([]);
  await ana.ask('And the plan after that?');
  await expect.poll(() => ana.line('has not linked their account').count()).toBe(2);
  expect(tool.calls.length).toBe(1);
  expect(ana.errors).toEqual([]);
  await ana.close();
});
