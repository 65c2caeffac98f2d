import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoryStage } from './stories/stage.ts';
import type { StoryName } from './stories/stories.ts';
import type {} from './stories/story-page.ts';

let stage: StoryStage;
let page: Page;
beforeAll(async () => {
  stage = await StoryStage.start();
  page = await stage.open({ viewport: { width: 1280, height: 800 } });
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() =>
  page.evaluate(() => {
    sessionStorage.clear();
    localStorage.clear();
  }),
);

const show = (name: StoryName) => page.evaluate((story) => window.stage.show(story), name);
const calls = () => page.evaluate(() => window.stage.client.calls.filter(([name]) => name !== 'setTyping'));
const last = async () => (await calls()).at(-1);
const composer = () => page.getByRole('textbox', { name: /Ask the AI|Write to everyone/ }).first();

describe('UI writing', () => {
  test('UI Enter sends, Shift and Enter makes a line, and the words stay visible', async () => {
    await show('conversation');
    await composer().fill('one');
    await composer().press('Shift+Enter');
    await composer().pressSequentially('two');
    await composer().press('Enter');
    await expect.poll(calls).toEqual([['ask', 'one\ntwo', 'room']]);
    await page.locator('.pending', { hasText: 'one two' }).getByText('Sending').waitFor();
    await expect.poll(() => composer().inputValue()).toBe('');
  });

  test('UI the composer says what sending will do, and only me opens the private lane', async () => {
    await show('conversation');
    await page.getByText('Ask the AI. Everyone here sees the answer.').waitFor();
    await page.getByRole('radio', { name: 'Say' }).check({ force: true });
    await page.getByText('Everyone here sees this. The AI does not answer.').waitFor();
    await page.getByRole('radio', { name: 'Only me' }).check({ force: true });
    await page.getByText('Only you see this note.').first().waitFor();
    await page.getByRole('textbox', { name: 'Write a note to yourself' }).first().fill('remember this');
    await page.keyboard.press('Enter');
    await expect.poll(calls).toEqual([['say', 'remember this', 'me']]);
    await expect.poll(() => page.getByRole('tab', { name: 'Private' }).getAttribute('aria-selected')).toBe('true');
  });

  test('UI typing is told once and ends with sending', async () => {
    await show('conversation');
    await composer().pressSequentially('abc');
    await composer().press('Enter');
    const typing = () => page.evaluate(() => window.stage.client.calls.filter(([name]) => name === 'setTyping'));
    await expect.poll(typing).toEqual([
      ['setTyping', true, 'room'],
      ['setTyping', false, 'room'],
    ]);
    await page.getByRole('radio', { name: 'Only me' }).check({ force: true });
    await page.getByRole('textbox', { name: 'Ask the AI privately' }).first().pressSequentially('abc');
    await expect.poll(async () => (await typing()).at(-1)).toEqual(['setTyping', true, 'me']);
  });

  test('UI unsent words survive a reload of the element', async () => {
    await show('conversation');
    await composer().fill('half a thought');
    await show('conversation');
    await expect.poll(() => composer().inputValue()).toBe('half a thought');
  });

  test('UI a refused item is sent again or discarded', async () => {
    await show('refused');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect.poll(calls).toEqual([
      ['retry', 'key-101'],
      ['discard', 'key-101'],
    ]);
  });

  test('UI one of the three things to try is put into the composer, not sent', async () => {
    await show('empty');
    await page.getByRole('button', { name: /Plan something/ }).click();
    await expect.poll(() => composer().inputValue()).toContain('Draft a short agenda');
    expect(await calls()).toEqual([]);
  });
});

describe('UI reading', () => {
  /** Shows a long room whose answer streams. */
  const longRoom = () =>
    page.evaluate(async () => {
      await window.stage.show('answering');
      const { room } = window.stage.client.view;
      const many = Array.from({ length: 2_000 }, (_, n) => ({
        ...room.entries[0]!,
        id: `e_m${n}` as never,
        seq: n + 1,
        text: `Message number ${n + 1}`,
      }));
      window.stage.change({ room: { ...room, entries: many, firstSeq: 1 } });
      await window.stage.room.updateComplete;
    });
  const stream = (text: string) =>
    page.evaluate(async (more) => {
      const { room } = window.stage.client.view;
      window.stage.change({ room: { ...room, answering: { ...room.answering!, text: room.answering!.text + more } } });
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    }, text);
  const fromBottom = () =>
    page.evaluate(() => {
      const scroller = window.stage.room.renderRoot.querySelector('.main .scroll')!;
      return Math.round(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight);
    });

  test('UI a token re-renders the live answer alone, in a room of 2,000 entries', async () => {
    await longRoom();
    const touched = await page.evaluate(async () => {
      const list = window.stage.room.renderRoot.querySelector('.main ol')!;
      let count = 0;
      new MutationObserver((records) => (count += records.length)).observe(list, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
      // A row that is rendered again formats its time again, even when nothing of it changes.
      const { get } = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format')!;
      Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
        configurable: true,
        get() {
          count += 1;
          return get!.call(this);
        },
      });
      const { room } = window.stage.client.view;
      for (let n = 0; n < 50; n++) {
        window.stage.change({
          room: { ...room, answering: { ...room.answering!, text: `${room.answering!.text}${' token'.repeat(n)}` } },
        });
        await new Promise((drawn) => requestAnimationFrame(drawn));
      }
      Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', { configurable: true, get: get! });
      return count;
    });
    expect(touched).toBe(0);
    await page.getByText('token token token').first().waitFor();
  });

  test('UI what was rendered of a streaming answer stays the same element', async () => {
    await show('answering');
    await page.evaluate(() =>
      window.stage.room.renderRoot.querySelector('.live table')!.setAttribute('data-kept', 'yes'),
    );
    await stream('hind.\n\nAnd then **more**');
    await expect.poll(() => page.locator('.live table').getAttribute('data-kept')).toBe('yes');
    await expect.poll(() => page.locator('.live strong', { hasText: 'more' }).count()).toBe(1);
  });

  test('UI the newest is followed at the bottom', async () => {
    await longRoom();
    await stream('\n\nmore\n\n'.repeat(30));
    await expect.poll(fromBottom).toBeLessThan(3);
  });

  test('UI a reader elsewhere is not moved, and told what is below', async () => {
    await longRoom();
    await page.locator('.main .scroll').evaluate((scroller) => (scroller.scrollTop -= 1_500));
    const pill = page.getByRole('button', { name: 'Answer below' });
    await pill.waitFor();
    const seq = await page.evaluate(
      () =>
        [...window.stage.room.renderRoot.querySelectorAll<HTMLElement>('.main .entry')].find(
          (entry) => entry.getBoundingClientRect().top > 150,
        )?.dataset['seq'],
    );
    const row = page.locator(`.main [data-seq="${seq}"]`);
    const place = async () => (await row.boundingBox())?.y;
    const before = await place();
    await stream('\n\nmore\n\n'.repeat(30));
    await page.evaluate(() => {
      const { room } = window.stage.client.view;
      window.stage.change({
        room: {
          ...room,
          entries: [...room.entries, { ...room.entries[0]!, id: 'e_new' as never, seq: 2_001, text: 'new' }],
        },
      });
    });
    await page.getByRole('button', { name: '1 new below' }).waitFor();
    await expect.poll(place).toBeCloseTo(before ?? Number.NaN, 0);
    await page.getByRole('button', { name: '1 new below' }).click();
    await expect.poll(fromBottom).toBeLessThan(3);
  });

  test('UI older entries come when the reader reaches the top, and what is read stays where it is', async () => {
    await show('conversation');
    await page.evaluate(async () => {
      const { room } = window.stage.client.view;
      const at = (n: number) => ({ ...room.entries[0]!, id: `e_o${n}` as never, seq: n, text: `Old message ${n}` });
      window.stage.client.loadOlder = async () => {
        window.stage.change({
          room: {
            ...window.stage.client.view.room,
            entries: Array.from({ length: 200 }, (_, n) => at(n + 1)),
            firstSeq: 1,
          },
        });
        return true;
      };
      window.stage.change({
        room: { ...room, entries: Array.from({ length: 100 }, (_, n) => at(n + 101)), firstSeq: 101 },
      });
      await window.stage.room.updateComplete;
    });
    await page.locator('.main .scroll').evaluate((scroller) => (scroller.scrollTop = 0));
    await page.getByText('Old message 100', { exact: true }).waitFor({ state: 'attached' });
    const top = async () => (await page.getByText('Old message 101', { exact: true }).boundingBox())?.y ?? 0;
    await expect.poll(top).toBeGreaterThan(60);
    expect(await top()).toBeLessThan(400);
  });

  test('UI a long answer shows its beginning, and the rest on demand', async () => {
    await show('long');
    await expect.poll(() => page.getByText('Part 24').count()).toBe(0);
    await page.getByRole('button', { name: 'Show the rest' }).click();
    await page.getByText('Part 24').waitFor({ state: 'attached' });
  });

  test('UI a finished answer is announced once', async () => {
    await show('answering');
    await stream('hind.');
    const live = page.locator('[aria-live=polite]');
    await expect.poll(() => live.textContent()).toBe('');
    await page.evaluate(() => {
      const { room } = window.stage.client.view;
      const done = {
        ...room.entries.at(-1)!,
        id: 'e_done' as never,
        seq: 99,
        kind: 'answer' as const,
        for: 'chioma',
        outcome: 'completed' as const,
        text: 'All **done**.',
      };
      window.stage.change({ room: { ...room, answering: null, entries: [...room.entries, done] } });
    });
    await expect.poll(() => live.textContent()).toBe('The AI answered Chioma Okafor: All done.');
  });
});

describe('UI by keyboard alone', () => {
  test('UI Tab reaches everything that can be done', async () => {
    await show('answering');
    const reached = new Set<string>();
    for (let n = 0; n < 40; n++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const focused = window.stage.room.shadowRoot?.activeElement;
          return focused === null || focused === undefined
            ? ''
            : (
                focused.getAttribute('aria-label') ??
                (focused.matches('.ticket') ? 'ticket' : ((focused.closest('label') ?? focused).textContent ?? ''))
              ).trim();
        }),
      );
    }
    for (const name of [
      'Search this room',
      'Close side panel',
      'Conversation',
      'Stop the answer for Chioma Okafor',
      'Ask the AI',
      'Ask AI',
      'Room',
      'ticket',
      'Edit',
      'Withdraw',
      'Queue3',
    ]) {
      expect([...reached]).toContain(name);
    }
  });

  test('UI whatever has the focus shows it', async () => {
    await show('answering');
    for (let n = 0; n < 16; n++) {
      await page.keyboard.press('Tab');
      const visible = await page.evaluate(() => {
        const focused = window.stage.room.shadowRoot?.activeElement;
        if (!(focused instanceof HTMLElement)) return true;
        const around = focused.closest<HTMLElement>('.composer');
        const shown = [focused, focused.nextElementSibling, around]
          .filter((one) => one !== null)
          .map((one) => getComputedStyle(one));
        return shown.some(
          (style) => (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none',
        );
      });
      expect(visible).toBe(true);
    }
  });

  test('UI / searches, Escape closes and gives the focus back to the conversation', async () => {
    await show('conversation');
    await page.locator('.main .scroll').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('index');
    await page.getByText('1 entry').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.search').count()).toBe(0);
    await expect.poll(() => page.evaluate(() => window.stage.room.shadowRoot?.activeElement?.className)).toBe('scroll');
  });

  test('UI arrow keys walk the queue and the tabs', async () => {
    await show('answering');
    await page.locator('.ticket').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.evaluate(() => window.stage.room.shadowRoot?.activeElement?.textContent))
      .toContain('Draft the checklist');
    await page.getByRole('tab', { name: 'Queue' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByRole('tab', { name: 'Notes' }).getAttribute('aria-selected')).toBe('true');
  });

  test('T26 my prompt is held while I edit it, saved with its revision, and let go with Escape', async () => {
    await show('answering');
    await page.getByRole('button', { name: 'Edit' }).click();
    const field = page.getByRole('textbox', { name: 'Edit your prompt' });
    await field.fill('Draft a shorter checklist.');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(calls).toEqual([
      ['hold', 't_5'],
      ['edit', 't_5', 'Draft a shorter checklist.', 3],
    ]);
    await page.getByRole('button', { name: 'Edit' }).click();
    await field.press('Escape');
    await expect.poll(last).toEqual(['unhold', 't_5']);
  });

  test('T44 what waited over a restart is kept or withdrawn by its author, in the conversation and in the queue', async () => {
    await show('still-wanted');
    const queued = page.locator('.ticket', { hasText: 'Draft the checklist' });
    await queued.getByText('The server restarted while this waited. Is it still wanted?').waitFor();
    await queued.getByRole('button', { name: 'Keep it' }).click();
    await queued.getByRole('button', { name: 'Withdraw' }).click();
    const pending = page.locator('.pending', { hasText: 'On hold: still wanted?' });
    await pending.getByRole('button', { name: 'Keep it' }).click();
    await pending.getByRole('button', { name: 'Withdraw' }).click();
    const both = [
      ['unhold', 't_5'],
      ['withdraw', 't_5'],
    ];
    await expect.poll(calls).toEqual([...both, ...both]);
    const other = page.locator('.ticket', { hasText: 'Which of our dashboards' });
    await other.getByText('Dmitri decides whether it is still wanted.').waitFor();
    await expect.poll(() => other.getByRole('button').count()).toBe(0);
  });

  test('T30 Stop names the turn it stops', async () => {
    await show('answering');
    await page.getByRole('button', { name: 'Stop the answer for Chioma Okafor' }).click();
    await expect.poll(calls).toEqual([['stop', 't_3']]);
  });
});

test('UI a speaker is offered Stop for their own answer only', async () => {
  await show('waiting');
  await expect.poll(() => page.getByRole('button', { name: /Stop/ }).count()).toBe(0);
  await show('thinking');
  await expect.poll(() => page.getByRole('button', { name: /Stop the answer for Ana/ }).count()).toBe(1);
});

test('UI notes are edited by several, with carets and names, under a policy that forbids inline styles', async () => {
  await show('notes');
  await page.getByText('Ben', { exact: true }).and(page.locator('.their-name')).waitFor({ state: 'attached' });
  await page.locator('.cm-content').click();
  await page.keyboard.type('Ana was here. ');
  await expect
    .poll(() => page.evaluate(() => window.stage.client.workspace.doc.getText('notes').toString()))
    .toContain('Ana was here. ');
  await expect
    .poll(() => page.evaluate(() => window.stage.client.workspace.awareness.getLocalState()?.['cursor']))
    .toHaveProperty('anchor');
  expect(stage.errors).toEqual([]);
});

test('UI an embedding page sets the look with custom properties, and its own styles stay outside', async () => {
  await show('conversation');
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      'parley-room { --parley-accent: rgb(10, 120, 60) } parley-room::part(header) { background: rgb(1, 2, 3) } button { display: none !important }',
    );
    document.adoptedStyleSheets.push(sheet);
  });
  const header = page.locator('.header');
  await expect.poll(() => header.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(1, 2, 3)');
  const asked = page.locator('.asked').first();
  await expect.poll(() => asked.evaluate((one) => getComputedStyle(one).color)).toBe('rgb(10, 120, 60)');
  await expect.poll(() => page.getByRole('button', { name: 'Search this room' }).isVisible()).toBe(true);
});
