import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { storyRoom } from './stories/story-room.ts';
import type {} from './stories/story-page.ts';

let page: Page;
const { show, calls, last, errors } = storyRoom((opened) => (page = opened));
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

  test('UI the button of the closed panel is named with the number that it shows', async () => {
    await show('answering');
    await page.getByRole('button', { name: 'Close side panel' }).first().click();
    const toggle = page.getByRole('button', { name: 'Open side panel, 3 waiting' });
    await expect.poll(() => toggle.innerText()).toBe('3');
    await toggle.click();
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
  expect(errors()).toEqual([]);
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
