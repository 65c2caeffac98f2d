import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { bundle } from '../../../client/build.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../../kit/chromium.ts';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stories</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
<script type="module" src="/story-page.js"></script></head><body><main id="page"><h1 class="hidden-title">Stories</h1></main></body></html>`;

/** Stricter than what the server sends: nothing inline at all, so that any page may embed the element. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'";
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

/** The stories in a real browser. */
export class StoryStage implements AsyncDisposable {
  /** Errors that any page wrote to its console, refused styles and scripts among them. */
  readonly errors: string[] = [];
  readonly #folder: string;
  readonly #server: Server;
  readonly #browser: Browser;

  constructor(folder: string, server: Server, browser: Browser) {
    this.#folder = folder;
    this.#server = server;
    this.#browser = browser;
  }

  static async start(): Promise<StoryStage> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-stories-'));
    await bundle([resolve(import.meta.dirname, 'story-page.ts'), 'page/page.css'], folder, { entryNames: '[name]' });
    const server = createServer((request, response) => {
      const name = basename(request.url ?? '/');
      if (name === '')
        response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY }).end(PAGE);
      else {
        readFile(join(folder, name)).then(
          (bytes) =>
            response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(bytes),
          () => response.writeHead(404).end(),
        );
      }
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new StoryStage(
      folder,
      server,
      await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] }),
    );
  }

  /** A fresh window with the story page in it. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ locale: 'en-GB', bypassCSP: false, ...options });
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(error.message));
    // `listen` on a port gives an AddressInfo; a string is for pipes.
    await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'stage' in window);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await new Promise((closed) => this.#server.close(closed));
    await rm(this.#folder, { recursive: true });
  }
}
