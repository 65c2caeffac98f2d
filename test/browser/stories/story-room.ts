import type { FaultCode } from '@parley/shared/fault';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { StoryStage } from './stage.ts';
import type { StoryName } from './stories.ts';
import type {} from './story-page.ts';

/** What is done and seen in the one window with stories that all tests of a file have. */
export interface StoryRoom {
  show(name: StoryName): Promise<void>;
  /** What the room asked of its client since the story was shown, in order; that somebody types is left out. */
  calls(): Promise<readonly (readonly unknown[])[]>;
  last(): Promise<unknown>;
  /** From now on the server refuses what it is asked. */
  refuse(code: FaultCode): Promise<void>;
  button(name: string | RegExp): Locator;
  /** The words of what has the focus. */
  focused(): Promise<string>;
  /** Everything that the page complained of. */
  errors(): readonly string[];
}

/** Opens the window before the tests of this file, and hands it to `opened`. Each test begins with nothing kept in it. */
export function storyRoom(opened: (page: Page) => void, options: BrowserContextOptions = {}): StoryRoom {
  let stage: StoryStage;
  let page: Page;
  beforeAll(async () => {
    stage = await StoryStage.start();
    page = await stage.open({ viewport: { width: 1280, height: 800 }, ...options });
    opened(page);
  });
  beforeEach(() =>
    page.evaluate(() => {
      sessionStorage.clear();
      localStorage.clear();
    }),
  );
  afterAll(() => stage[Symbol.asyncDispose]());
  const calls = () => page.evaluate(() => window.stage.client.calls.filter(([name]) => name !== 'setTyping'));
  return {
    show: (name) => page.evaluate((story) => window.stage.show(story), name),
    calls,
    last: async () => (await calls()).at(-1),
    refuse: (code) => page.evaluate(refuseIn, code),
    button: (name) => page.getByRole('button', { name, exact: typeof name === 'string' }),
    focused: () => page.evaluate(focusedIn),
    errors: () => stage.errors,
  };
}

/** In the page. */
function refuseIn(code: FaultCode): void {
  window.stage.client.requestRefusal = { code, detail: 'The server’s own words.' };
}

/** In the page. */
function focusedIn(): string {
  const one = window.stage.room.shadowRoot?.activeElement;
  return one?.getAttribute('aria-label') ?? one?.textContent?.trim() ?? '';
}
