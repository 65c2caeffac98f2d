import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';
import { CHROMIUM_ARGS, chromiumPath } from '../kit/chromium.ts';
import { RealServer } from '../kit/server.ts';
import { PersonWindow } from './person-window.ts';

/** A real server, a browser, and the windows that a test opened in it. */
export class Site implements AsyncDisposable {
  readonly server: RealServer;
  readonly browser: Browser;
  readonly #windows: PersonWindow[] = [];

  private constructor(server: RealServer, browser: Browser) {
    this.server = server;
    this.browser = browser;
  }

  /** `npm test` has built what the server serves. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Site> {
    const server = await RealServer.start({ env: { PARLEY_LOG: 'error', ...env } });
    try {
      return new Site(server, await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] }));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A window at a path of the server, or at an address. */
  async open(path: string, options?: BrowserContextOptions): Promise<PersonWindow> {
    const window = await PersonWindow.open(this.browser, new URL(path, this.server.url).href, options);
    this.#windows.push(window);
    return window;
  }

  /** Closes the windows that were opened since, and resolves with what they complained of. */
  async closeWindows(): Promise<string[]> {
    const open = this.#windows.splice(0);
    await Promise.all(open.map((window) => window.close()));
    return open.flatMap(({ errors }) => errors);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.server[Symbol.asyncDispose]();
  }
}
