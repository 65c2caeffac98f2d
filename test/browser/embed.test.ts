import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { CHROMIUM_ARGS, chromiumPath } from '../kit/chromium.ts';
import { ROOT } from '../kit/child-program.ts';
import { startServer, type RealServer } from '../kit/server.ts';

/** Somebody else's application: one page with the README's snippet, and the route that it names. */
class HostApplication {
  readonly #server: Server;
  parley: RealServer | null = null;
  /** Of the pages that it was asked for. */
  readonly paths: string[] = [];
  /** Who is signed in to it. */
  user = 'ana';

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request.url ?? '/').then(({ type, body }) =>
        response.setHeader('content-type', type).end(body),
      );
    });
  }

  static async open(): Promise<HostApplication> {
    const app = new HostApplication();
    await new Promise<void>((listening) => app.#server.listen(0, '127.0.0.1', listening));
    return app;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(path: string): Promise<{ type: string; body: string }> {
    if (this.parley === null) throw new Error('the page was opened before the server was there');
    if (path === '/parley-token') return { type: 'text/plain', body: await this.parley.token(this.user, this.user) };
    this.paths.push(path);
    // What stands behind # never comes here: the page gives it to the element.
    const lines = snippets(this.parley.url)[path === '/join' ? 1 : 0];
    return { type: 'text/html', body: `<!doctype html><meta charset="utf-8"><title>App</title>${lines}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

/** The README's: for a room, and for an invitation. */
function snippets(server: string): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll('https://parley.example', server);
  return [...readme.matchAll(/```html\n(.*?)```/gs)].map(([, html = '']) => html);
}

test('the five lines of the README embed a room in a page from elsewhere', async () => {
  await using app = await HostApplication.open();
  await using parley = await startServer({ PARLEY_ORIGINS: app.origin });
  app.parley = parley;
  await makeRoom(parley, 'design-review', 'Design review');
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] });
  try {
    const page = await browser.newPage();
    await page.goto(app.origin);
    await page.getByText('Design review').first().waitFor();
    await expect.poll(() => page.locator('parley-room').getAttribute('room')).toBe('design-review');
  } finally {
    await browser.close();
  }
});

test('R19 UI the link of an invitation goes on in a page from elsewhere, and opens for whoever is signed in there', async () => {
  await using app = await HostApplication.open();
  await using parley = await startServer({ PARLEY_ORIGINS: app.origin, PARLEY_INVITE_URL: `${app.origin}/join` });
  app.parley = parley;
  await makeRoom(parley, 'den', 'Den');
  const ana = await parley.person('ana');
  const terms = { role: 'speaker', expiresIn: 3_600 };
  const { code } = await ana.must<{ code: string }>('POST', '/v1/rooms/den/invites', terms);
  app.user = 'fay';
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] });
  try {
    const page = await browser.newPage();
    const opened: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/v1/invites/')) opened.push(request.method());
    });
    await page.goto(`${parley.url}/invite#${code}`);
    expect(page.url()).toBe(`${app.origin}/join#${code}`);
    await page.getByRole('heading', { name: 'You are invited to a shared room' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(opened).toEqual([]);
    await page.getByRole('button', { name: 'Come in' }).press('Enter');
    await page.getByRole('heading', { name: 'Den' }).waitFor();
    await page.getByText('Nobody else is here').waitFor();
    await expect
      .poll(() => ana.must('GET', '/v1/rooms/den/members'))
      .toMatchObject({ items: [{ user: 'ana' }, { user: 'fay' }] });
    await page.goto(`${app.origin}/?again`);
    app.user = 'gil';
    await page.goto(`${app.origin}/join#${code}`);
    await page.getByRole('button', { name: 'Come in' }).press('Enter');
    await page.getByRole('alert').getByText('This invitation does not let you in').waitFor();
    expect(app.paths.join()).not.toContain(code);
  } finally {
    await browser.close();
  }
});

async function makeRoom(parley: RealServer, id: string, title: string): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await parley.token('ana', 'Ana')}` };
  const made = await fetch(`${parley.url}/v1/rooms`, { method: 'POST', headers, body: JSON.stringify({ id, title }) });
  expect(made.status).toBe(201);
}
