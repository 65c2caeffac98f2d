import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { storyRoom } from './stories/story-room.ts';
import type {} from './stories/story-page.ts';

let page: Page;
const { show, calls, last, refuse, button, focused } = storyRoom((opened) => (page = opened));

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

  test('R14 UI a reader of the past is back in their place when it comes again without the words that were taken away', async () => {
    await show('conversation');
    const past = (from: number, redacted: number | null) =>
      page.evaluate(
        async ([first, gone]) => {
          const { room } = window.stage.client.view;
          const entries = Array.from({ length: 201 - first }, (_, n) => {
            const seq = first + n;
            const one = { ...room.entries[0]!, id: `e_p${seq}` as never, seq, text: `Past message ${seq}` };
            return seq === gone ? { ...one, text: '', redactedBy: 'ben' } : one;
          });
          window.stage.change({ room: { ...room, entries, firstSeq: first } });
          await window.stage.room.updateComplete;
        },
        [from, redacted] as const,
      );
    await past(101, null);
    await past(1, null);
    const line = page.locator('[data-seq="60"]');
    await page.locator('.main .scroll').evaluate((scroller) => (scroller.scrollTop = 0));
    await line.evaluate((row) => row.scrollIntoView({ block: 'start' }));
    await page.getByRole('button', { name: 'Answer below' }).or(page.locator('.pill')).waitFor();
    const place = async () => Math.round((await line.boundingBox())?.y ?? -1);
    await expect.poll(place).toBeGreaterThan(0);
    const before = await place();
    await past(101, null);
    await expect.poll(() => line.count()).toBe(0);
    await past(1, 59);
    await expect.poll(place).toBe(before);
    await page.locator('[data-seq="59"]', { hasText: 'Ben took these words away.' }).waitFor({ state: 'attached' });
  });
});

describe('UI one entry', () => {
  test('UI its words are taken away after a word of warning, and keeping them is the default', async () => {
    await show('redacting');
    await expect.poll(focused).toBe('Keep them');
    await page.keyboard.press('Enter');
    expect(await calls()).toEqual([]);
    await expect.poll(focused).toContain('What to do with the entry of Ben');
    await page.keyboard.press('Enter');
    await button('Take the words away…').click();
    await button('Take them away').click();
    await page.getByText('You took these words away.').waitFor();
    await expect.poll(calls).toEqual([['entry.redact', { entry: 'e_7' }]]);
  });

  test('UI a refusal to take words away is said where it was asked', async () => {
    await show('redacting');
    await refuse('forbidden');
    await button('Take them away').click();
    await page.locator('.entry-acts').getByRole('alert').getByText('You do not have the right').waitFor();
  });

  test('UI is asked about alone: the question says so, carries it, and lets go of it', async () => {
    await show('quoting');
    await page.getByText('Ask the AI about these alone. Everyone here sees the answer.').waitFor();
    await expect.poll(focused).toBe('Ask the AI');
    await page.keyboard.type('Is that right?');
    await page.keyboard.press('Enter');
    await expect.poll(calls).toEqual([['ask', 'Is that right?', 'room', ['e_5']]]);
    await expect.poll(() => page.locator('.quotes').count()).toBe(0);
    await page.keyboard.type('And now?');
    await page.keyboard.press('Enter');
    await expect.poll(last).toEqual(['ask', 'And now?', 'room']);
  });

  test('UI a quote is left out again, and does not go with a message', async () => {
    await show('quoting');
    await page.getByRole('radio', { name: 'Say' }).check({ force: true });
    await expect.poll(() => page.locator('.quotes').count()).toBe(0);
    await page.getByRole('radio', { name: 'Ask AI' }).check({ force: true });
    await button('Leave out what AI said').click();
    await page.getByText('Ask the AI. Everyone here sees the answer.').waitFor();
  });
});

describe('UI searching', () => {
  test('UI asks the server for all that I may read, and goes to what is loaded', async () => {
    await show('conversation');
    await page.locator('.main .scroll').press('/');
    await page.getByRole('searchbox').pressSequentially('jargon');
    await page.getByText('1 entry', { exact: true }).waitFor();
    await expect.poll(calls).toEqual([['transcript.search', { q: 'jargon', limit: 50 }]]);
    await button('Show in the conversation').click();
    await expect.poll(() => page.locator('.search').count()).toBe(0);
    await page.locator('.main [data-entry=e_7]').waitFor();
  });

  test('UI says which of them are in my private lane, also of what is not loaded', async () => {
    await show('withheld');
    await page.evaluate(() => {
      const { client } = window.stage;
      const [own] = client.view.me.entries;
      if (own === undefined) throw new Error('something is there');
      const old = {
        ...own,
        id: 'e_old' as typeof own.id,
        kind: 'message' as const,
        text: 'an old note',
        lane: 'me' as const,
      };
      client.replies['transcript.search'] = () => ({ ok: true, value: { items: [old] } });
    });
    await page.locator('.main .scroll').press('/');
    await page.getByRole('searchbox').fill('note');
    await page.locator('.result').getByText('Only you').waitFor();
    await expect.poll(() => button('Show in the conversation').count()).toBe(0);
  });

  test('UI words that are taken away meanwhile are gone from what was found', async () => {
    await show('conversation');
    await page.locator('.main .scroll').press('/');
    await page.getByRole('searchbox').fill('jargon');
    await expect.poll(calls).toHaveLength(1);
    await page.locator('.search-results[aria-busy=false] .result .words', { hasText: 'jargon' }).waitFor();
    await page.evaluate(() => {
      const { room } = window.stage.client.view;
      const entries = room.entries.map((entry) => ({ ...entry, text: '', redactedBy: 'ben' }));
      window.stage.change({ room: { ...room, entries } });
    });
    await page.locator('.result').getByText('Ben took these words away.').waitFor();
    await expect.poll(() => page.locator('.result .words').count()).toBe(0);
  });

  test('UI shows what is loaded when nobody can be asked, and says so', async () => {
    await show('conversation');
    await refuse('unavailable');
    await page.locator('.main .scroll').press('/');
    await page.getByRole('searchbox').fill('jargon');
    await page.getByText('Only what is loaded here was searched.').waitFor();
    await page.getByText('1 entry', { exact: true }).waitFor();
  });
});
