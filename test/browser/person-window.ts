import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { ROOT } from '../kit/child-program.ts';
import { violations } from './axe.ts';

const SHOTS = join(ROOT, 'test/shots');

/** One person's browser window, and what can be seen and done in it. */
export class PersonWindow {
  readonly page: Page;
  /** What the page's policy refused, and what its scripts threw. */
  readonly errors: string[] = [];
  /** Everything any of its sockets received, a text for each frame. */
  readonly frames: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (/policy|refused to|violat/iu.test(message.text())) this.errors.push(message.text());
    });
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => this.frames.push(payload.toString())));
  }

  /** A window of its own, as on another machine: nothing is shared with other windows. */
  static async open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<PersonWindow> {
    const context = await browser.newContext({
      locale: 'en-GB',
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(60_000);
    const window = new PersonWindow(await context.newPage());
    await window.page.goto(address);
    return window;
  }

  get received(): string {
    return this.frames.join('\n');
  }

  /**
   * What it received since it had so many frames, without signs of life, which tell nothing new: they are short, or say
   * again of who is here what was said before.
   */
  newsSince(frames: number): string[] {
    const before = this.frames.slice(0, frames).join('\n');
    const again = (frame: string): boolean => {
      const [who = null] = /\{(?:[^{}]*,)?"user":\{[^{}]*\}\}$/u.exec(frame) ?? [];
      return who !== null && before.includes(who);
    };
    return this.frames
      .slice(frames)
      .filter((frame) => frame.length > 40 && !frame.includes('"type":"rights"') && !again(frame));
  }

  get composer(): Locator {
    return this.page.locator('.main parley-composer textarea');
  }

  get queue(): Locator {
    return this.page.locator('parley-queue .ticket');
  }

  /** A line of the room's conversation with these words in it. */
  line(words: string | RegExp): Locator {
    return this.page.locator('.main .entry', { hasText: words });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  async ask(text: string): Promise<void> {
    await this.#send('Ask AI', text);
  }

  async say(text: string): Promise<void> {
    await this.#send('Say', text);
  }

  async tab(name: 'Queue' | 'Notes' | 'Private' | 'People' | 'Tools' | 'Usage'): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  /** The words of the room's conversation, in order. */
  lines(): Promise<string[]> {
    return this.page.locator('.main .entry .words').allInnerTexts();
  }

  /** The text of the shared notes, without the names at the cursors. */
  notes(): Promise<string> {
    return this.page.locator('.cm-line').evaluateAll((lines) =>
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

  /** How far the newest words are below what the person sees, in pixels. */
  belowSight(): Promise<number> {
    return this.page
      .locator('.main .scroll')
      .evaluate((scroller) => Math.round(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight));
  }

  /** Keeps a picture in `test/shots`; resolves with what axe finds wrong in what it shows. */
  async look(name: string): Promise<string[]> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
    return (await violations(this.page)).flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${name}: ${id} ${target.join(' ')}`),
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async #send(mode: 'Ask AI' | 'Say', text: string): Promise<void> {
    await this.page.locator('.main').getByRole('radio', { name: mode }).check({ force: true });
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }
}
