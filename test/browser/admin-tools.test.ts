import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { RestPerson } from '../kit/server.ts';
import { ToolServer } from '../kit/tool-server.ts';
import type { PersonWindow } from './person-window.ts';
import { registerTool, sayTerms } from './registering.ts';
import { Site } from './site.ts';

let site: Site;
let tool: ToolServer;
let admin: RestPerson;
let root: PersonWindow;

beforeAll(async () => {
  site = await Site.start();
  const { server } = site;
  admin = new RestPerson(server.url, 'root', await server.token('root', 'Root', undefined, 'admin'));
});
beforeEach(async () => {
  tool = await ToolServer.start();
  tool.functions = [offers('send', 'to', 'text')];
  root = await site.open('/admin?as=root');
  await root.page.getByRole('tab', { name: 'Tools' }).click();
  await root.page.getByText('Register a tool').waitFor();
});
afterEach(async () => {
  const complaints = await site.closeWindows();
  await tool[Symbol.asyncDispose]();
  expect(complaints).toEqual([]);
});
afterAll(() => site[Symbol.asyncDispose]());

function offers(name: string, ...fields: readonly string[]) {
  const properties = Object.fromEntries(fields.map((field) => [field, { type: 'string' }]));
  return { name, description: `Does ${name}.`, parameters: { type: 'object', properties } };
}

const mcp = (): string => `${tool.url}/mcp`;
const kept = (name: string): Promise<unknown> => admin.must('GET', `/v1/tools/${name}`);
const changing = (title: string): Locator => root.page.locator('parley-tool-form', { hasText: `Change ${title}` });

/** Goes on with a form whose fields are named by their labels. */
async function fill(form: Locator, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label, { exact: false }).fill(value);
}

test('UI what is said of each function is kept, shown, and stays when the tool is asked again', async () => {
  await registerTool(root, { name: 'post', title: 'Post', url: mcp() });
  await root.page.getByText('Nothing was said yet of send').waitFor();
  const terms = { Class: 'Egress: carries words out', 'After a lost answer': 'Call again: it knows the same call' };
  await sayTerms(root, 'Post', { ...terms, 'What it returns': 'For everyone in the organisation' }, ['to']);
  const said = { class: 'egress', effect: 'idempotent', results: 'public', recipients: ['/to'] };
  await expect.poll(() => kept('post')).toMatchObject({ revision: 2, functions: [{ name: 'send', ...said }] });
  const row = root.page.getByRole('row', { name: 'post.send' });
  await expect
    .poll(() => row.getByRole('cell').allInnerTexts())
    .toEqual([...Object.values(terms), 'For everyone in the organisation', 'to']);
  tool.functions = [{ ...offers('send', 'to', 'text'), description: 'Sends it.' }, offers('recall', 'id')];
  await changing('Post').getByRole('button', { name: 'Ask it again, and save' }).click();
  await changing('Post').getByText('Described otherwise than before: send.').waitFor();
  await changing('Post').getByText('Nothing was said yet of recall').waitFor();
  const strictest = { class: 'act', effect: 'irreversible', results: 'labelled', recipients: [] };
  await expect
    .poll(() => kept('post'))
    .toMatchObject({
      functions: [
        { name: 'send', ...said },
        { name: 'recall', ...strictest },
      ],
    });
  expect(await root.look('admin-tool-changed')).toEqual([]);
});

test('UI a function that the tool offers no more is let go of by saying nothing of it', async () => {
  tool.functions = [offers('send', 'to'), offers('old')];
  await registerTool(root, { name: 'shrinks', title: 'Shrinks', url: mcp() }, 2);
  const form = changing('Shrinks');
  await form.getByText('Change Shrinks').click();
  tool.functions = [offers('send', 'to')];
  await form.getByRole('button', { name: 'Ask it again, and save' }).click();
  await form.getByText('functions: the tool has no old').waitFor();
  await form.getByRole('group', { name: 'old' }).getByLabel('Class').selectOption('Say nothing: the strictest holds');
  await form.getByRole('button', { name: 'Ask it again, and save' }).click();
  await form.getByText('Not offered any more: old.').waitFor();
  await expect.poll(() => kept('shrinks')).toMatchObject({ functions: [{ name: 'send' }] });
});

test('R12 UI a tool with accounts of its own is registered whole; its secret is never shown and stays when it is left empty', async () => {
  const form = root.page.locator('parley-tool-form').first();
  await form.getByText('Register a tool').click();
  await fill(form, { 'Name, as rooms call it': 'drive', Title: 'Drive', Address: mcp() });
  await form.getByLabel('How it knows who calls').selectOption('Everyone’s own account (OAuth)');
  const at = {
    'Where people sign in': 'https://a.example/authorize',
    'Where tokens are given out': 'https://a.example/token',
  };
  await fill(form, {
    ...at,
    'Where access is taken back (optional)': 'https://a.example/revoke',
    'Client id': 'parley',
    'Client secret': 'hush',
    Scopes: 'read  files',
    'Token to ask it with': 'once',
  });
  expect(await root.look('admin-tool-oauth')).toEqual([]);
  await form.getByRole('button', { name: 'Ask it what it can do, and register it' }).click();
  await form.getByText('Drive is registered with 1 function').waitFor();
  const auth = {
    kind: 'oauth',
    authorizeUrl: at['Where people sign in'],
    tokenUrl: at['Where tokens are given out'],
    revokeUrl: 'https://a.example/revoke',
    clientId: 'parley',
    scopes: ['read', 'files'],
    hasSecret: true,
  };
  await expect.poll(() => kept('drive')).toMatchObject({ auth });
  expect(tool.asked).toEqual(['once']);
  await expect.poll(() => form.getByLabel('Name, as rooms call it').inputValue()).toBe('');

  const change = changing('Drive');
  await change.getByText('Change Drive').click();
  await expect.poll(() => change.getByLabel('Client secret').inputValue()).toBe('');
  await change.getByText('One is kept. Leave this empty to keep it.').waitFor();
  await fill(change, { Scopes: 'read' });
  await change.getByRole('button', { name: 'Ask it again, and save' }).click();
  await change.getByText('Drive is registered with 1 function').waitFor();
  await expect.poll(() => kept('drive')).toMatchObject({ auth: { ...auth, scopes: ['read'] } });
  await fill(change, { 'Where tokens are given out': 'https://elsewhere.example/token' });
  await change.getByRole('button', { name: 'Ask it again, and save' }).click();
  await change.getByText('auth.clientSecret: give it').waitFor();
  await expect.poll(() => kept('drive')).toMatchObject({ auth: { tokenUrl: auth.tokenUrl } });
});

test('UI a tool that is withdrawn is gone from the page, after a word of what that does', async () => {
  await registerTool(root, { name: 'brief', title: 'Brief', url: mcp() });
  await root.button('Withdraw Brief').press('Enter');
  const dialog = root.page.getByRole('dialog', { name: 'Withdraw Brief from every room?' });
  await dialog.getByText('Nothing of it can be called any more: 1 function, in all rooms.').waitFor();
  await root.page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await expect.poll(() => kept('brief')).toMatchObject({ name: 'brief' });
  await root.button('Withdraw Brief').press('Enter');
  await dialog.getByRole('button', { name: 'Withdraw Brief' }).click();
  await root.page.getByText('Brief was withdrawn.').waitFor();
  await expect.poll(async () => (await admin.call('GET', '/v1/tools/brief')).status).toBe(404);
  await expect.poll(() => changing('Brief').count()).toBe(0);
});

test('UI a question that is asked as soon as another was put away stays', async () => {
  await registerTool(root, { name: 'again', title: 'Again', url: mcp() });
  const withdraw = await root.button('Withdraw Again').elementHandle();
  await withdraw?.press('Enter');
  const dialog = root.page.getByRole('dialog', { name: 'Withdraw Again from every room?' });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).evaluate(async (cancel, open) => {
    (cancel as HTMLElement).click();
    // The page has drawn; the browser's own `close` is yet to come.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    (open as HTMLElement).click();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, withdraw);
  await dialog.getByRole('button', { name: 'Cancel' }).click({ timeout: 20_000 });
  await dialog.waitFor({ state: 'hidden' });
});

test('UI a refusal is said in the form, and nothing is registered', async () => {
  const form = root.page.locator('parley-tool-form').first();
  await form.getByText('Register a tool').click();
  await fill(form, {
    'Name, as rooms call it': 'nowhere',
    Title: 'Nowhere',
    Address: `${tool.url.replace(/\d+$/u, '1')}/mcp`,
  });
  await form.getByLabel('Address').press('Enter');
  await form.locator('.refusal').waitFor();
  expect((await admin.call('GET', '/v1/tools/nowhere')).status).toBe(404);
  await expect.poll(() => form.getByLabel('Title').inputValue()).toBe('Nowhere');
});
