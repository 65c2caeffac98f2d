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
    if (path === '/parley-token') return { type: 'text/plain', body: await this.parley.token('ana', 'Ana') };
    return {
      type: 'text/html',
      body: `<!doctype html><meta charset="utf-8"><title>App</title>${snippet(this.parley.url)}`,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

function snippet(server: string): string {
  const [, html = ''] = /```html\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  return html.replaceAll('https://parley.example', server);
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
    expect(await page.locator('parley-room').getAttribute('room')).toBe('design-review');
  } finally {
    await browser.close();
  }
});

async function makeRoom(parley: RealServer, id: string, title: string): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await parley.token('ana', 'Ana')}` };
  const made = await fetch(`${parley.url}/v1/rooms`, { method: 'POST', headers, body: JSON.stringify({ id, title }) });
  expect(made.status).toBe(201);
}
