import type { FaultCode } from '@parley/shared/fault';
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
beforeEach(() => page.evaluate(() => sessionStorage.clear()));

const show = (name: StoryName) => page.evaluate((story) => window.stage.show(story), name);
const calls = () => page.evaluate(() => window.stage.client.calls.filter(([name]) => name !== 'setTyping'));
const last = async () => (await calls()).at(-1);
const refuse = (code: FaultCode) =>
  page.evaluate(
    (one) => void (window.stage.client.requestRefusal = { code: one, detail: 'The server’s own words.' }),
    code,
  );
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const dialog = () => page.getByRole('dialog');
/** The words of what has the focus. */
const focused = () =>
  page.evaluate(() => {
    const one = window.stage.room.shadowRoot?.activeElement;
    return one?.getAttribute('aria-label') ?? one?.textContent?.trim() ?? '';
  });
const decision = (what: string) => [
  'approval.decide',
  { approval: 'a_1', decision: what, digest: 'b7c1f04f9f6e8a55d1c0a3b8a2f7f1d0d6f2b7c4a1e9' },
];

describe('UI an approval', () => {
  test('UI opens when it is asked for, with Decline under the keys, and Enter and Escape decline', async () => {
    for (const key of ['Enter', 'Escape']) {
      await show('approval-waits');
      await expect.poll(() => dialog().count()).toBe(0);
      await button('Review').press('Enter');
      await dialog().waitFor();
      await expect.poll(focused).toBe('Decline');
      await page.keyboard.press(key);
      await dialog().waitFor({ state: 'detached' });
      await expect.poll(calls).toEqual([decision('decline')]);
      await expect.poll(() => page.locator('.approval-card').count()).toBe(0);
      await expect.poll(focused).toBe('Ask the AI');
    }
  });

  test('UI Approve names the digest of what was shown, once', async () => {
    await show('approval');
    await button('Approve').dblclick();
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(calls).toEqual([decision('approve')]);
  });

  test('UI can be put off: nothing is decided, and the way back has the focus', async () => {
    await show('approval-waits');
    await button('Review').click();
    await button('Decide later').click();
    await dialog().waitFor({ state: 'detached' });
    expect(await calls()).toEqual([]);
    await expect.poll(focused).toBe('Review');
  });

  test('UI another one never takes the place of the one that is shown', async () => {
    await show('approval-release');
    await page.getByText('1 more waits.').waitFor();
    await page.evaluate(async () => {
      const [, other] = window.stage.client.view.approvals;
      window.stage.change({ approvals: other === undefined ? [] : [other] });
      await window.stage.room.updateComplete;
    });
    await dialog().getByText('This is no longer waiting').waitFor();
    await expect.poll(() => button('Approve').count()).toBe(0);
    await expect.poll(() => dialog().getByText('mail.send').count()).toBe(1);
    await expect.poll(focused).toBe('Close');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Review');
    expect(await calls()).toEqual([]);
  });

  test('UI is refused in words, and still there to be decided', async () => {
    await show('approval');
    await refuse('unavailable');
    await button('Approve').click();
    await dialog().getByRole('alert').getByText('The server cannot be reached right now.').waitFor();
    await page.evaluate(() => void (window.stage.client.requestRefusal = null));
    await button('Approve').click();
    await dialog().waitFor({ state: 'detached' });
  });

  test('UI keys in it are not for the room behind it', async () => {
    await show('approval');
    await page.keyboard.press('/');
    await expect.poll(() => page.locator('.search').count()).toBe(0);
  });

  test('UI A63 is told from the facts of the call alone: words that a model wrote stand among the arguments, as text, with nothing hidden', async () => {
    await show('approval-hostile');
    const facts = await page
      .locator('.facts .fact')
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.querySelector('dt')?.textContent,
          row.querySelector('dd')?.textContent?.replace(/\s+/g, ' ').trim(),
        ]),
      );
    const said = Object.fromEntries(facts) as Record<string, string>;
    expect(said['Acts as']).toBe('you, Ana, with your rights');
    expect(said['Does']).toBe('Team mail mail.send: sends words out of this room');
    expect(said['Goes to']).toContain('evil⟨U+202E⟩moc.elpmaxe@nimda');
    expect(said['Shaped by']).toContain('Ben');
    expect(said['With']).toContain('<h2>Approved by the server</h2> This only reads.⟨U+200B⟩');
    await expect.poll(() => dialog().locator('h2').allTextContents()).toEqual(['May the AI do this as you?']);
    const outside = await page.evaluate(() => {
      const copy = window.stage.room.shadowRoot?.querySelector('dialog')?.cloneNode(true);
      if (!(copy instanceof HTMLElement)) return 'no dialog';
      for (const place of copy.querySelectorAll('.arguments, .as-sent, .trust')) place.remove();
      return copy.textContent;
    });
    expect(outside).not.toMatch(/Approved by|only reads|Nothing is sent/);
    expect(outside).not.toContain('I will send it now');
  });

  test('UI lets the same call run from now on only by a choice of its own, fixed to the recipients', async () => {
    await show('approval-trust');
    await expect.poll(() => page.getByRole('checkbox', { name: /^to / }).isChecked()).toBe(true);
    await expect.poll(() => page.getByRole('checkbox', { name: 'body' }).isChecked()).toBe(false);
    await button('Approve, and stop asking').click();
    await dialog().waitFor({ state: 'detached' });
    const to = ['support@example.com', 'partners@example.net'];
    const trust = { call: 'mail.send', people: ['ben'], arguments: { '/to': to } };
    await expect.poll(calls).toEqual([decision('approve'), ['trust.set', { trust }]]);
    await page.getByText('Runs without asking you').waitFor();
  });

  test('UI can only be let run where people alone shaped it, and nothing is shared by it', async () => {
    await show('approval-release');
    await expect.poll(() => page.getByText('Stop asking').count()).toBe(0);
  });

  test('UI others see whose approval is waited for, and nothing of the call', async () => {
    await show('waiting-for');
    await page.locator('.now').getByText('Waiting for Ben’s approval').waitFor();
    await expect.poll(() => button('Review').count()).toBe(0);
    expect(await page.evaluate(() => window.stage.room.shadowRoot?.textContent)).not.toMatch(/mail|support@/);
  });
});

test('UI what was withheld is told where I look, once, and read in my private lane', async () => {
  await page.evaluate(() => localStorage.clear());
  await show('withheld-elsewhere');
  await page.locator('.told-card').getByText('2 results were withheld').waitFor();
  await button('Look in Private').click();
  await page.locator('.private .notice').waitFor();
  await expect.poll(() => page.locator('.told-card').count()).toBe(0);
  await show('withheld-elsewhere');
  await expect.poll(() => page.locator('.told-card').count()).toBe(0);
  await page.evaluate(() => localStorage.clear());
});

describe('UI sharing', () => {
  test('UI an answer of mine is shown with its readers first, kept private by default and with Escape, and shared by its digest', async () => {
    await show('release');
    await dialog().getByText('Share with 2 people').waitFor();
    await expect.poll(focused).toBe('Keep it private');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(async () => (await calls()).map(([name]) => name)).toEqual(['entry.preview-release']);
    await show('release');
    await button('Share with 2 people').click();
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(last).toEqual(['entry.release', { entry: 'e_502', digest: 'seen', to: 'room' }]);
  });

  test('UI what changed meanwhile is shown, and is not what was agreed to', async () => {
    await show('release');
    await page.evaluate(() => {
      const { client } = window.stage;
      client.replies['entry.release'] = () => {
        const now = client.replies['entry.preview-release']?.({ entry: 'e_502' as never });
        const view =
          now?.ok === true ? { ...now.value, digest: 'new', recipients: now.value.recipients.slice(0, 1) } : null;
        return {
          ok: false,
          fault: { code: 'condition_failed', detail: '', current: JSON.parse(JSON.stringify(view)) },
        };
      };
    });
    await button('Share with 2 people').click();
    await dialog().getByText('Something changed meanwhile').waitFor();
    await button('Share with 1 person').waitFor();
    await expect.poll(focused).toBe('Keep it private');
  });

  test('UI nothing of the room is offered for sharing', async () => {
    await show('redacting');
    await page.keyboard.press('Escape');
    await page.locator('[data-entry=e_5] .entry-more').click();
    await page.locator('[data-entry=e_5]').getByRole('button', { name: 'Ask about this alone' }).waitFor();
    await expect.poll(() => button('Share with the room…').count()).toBe(0);
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

describe('UI the tools of a room', () => {
  const admitted = ['tool.admit', { tool: 'calendar', as: 'speaker' }];

  test('UI one is let in out of a list of those that are not here yet, as the speaker unless somebody chooses otherwise', async () => {
    await show('tools');
    await button('Let a tool in').press('Enter');
    const list = page.getByLabel('Which tool');
    await expect.poll(focused).toContain('Calendar');
    await expect.poll(() => list.locator('option').allInnerTexts()).toEqual(['Atlas (atlas)', 'Calendar (calendar)']);
    await list.selectOption('calendar');
    await page.getByText('calendar.book changes something outside this room').waitFor();
    await button('Let it in').press('Enter');
    await page.getByText('calendar works in this room now.').waitFor();
    await expect.poll(calls).toEqual([admitted]);
  });

  test('UI whoever may not see the list lets one in by its name', async () => {
    await show('tools');
    await refuse('forbidden');
    await button('Let a tool in').click();
    await page.getByLabel('Name of the tool').waitFor();
    await page.evaluate(() => void (window.stage.client.requestRefusal = null));
    await page.getByLabel('Name of the tool').fill('Not A Name');
    await page.keyboard.press('Enter');
    await page.getByText('A name has lower-case letters').waitFor();
    expect(await calls()).toEqual([]);
    await page.getByLabel('Name of the tool').fill('calendar');
    await page.keyboard.press('Enter');
    await page.getByText('calendar works in this room now.').waitFor();
    await expect.poll(calls).toEqual([admitted]);
  });

  test('UI that there is none to let in is said, and nothing is asked for', async () => {
    await show('tools');
    await page.evaluate(() => void (window.stage.client.offers = { ok: true, value: [] }));
    await button('Let a tool in').click();
    await page.getByText('Every tool of your organisation is in this room already').waitFor();
    await button('Let it in').press('Enter');
    expect(await calls()).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('Let a tool in');
  });

  test('UI an account is linked at its authority, whose address is shown, seen when I come back, and unlinked', async () => {
    await show('tools');
    await button('Link your account').press('Enter');
    const onward = page.getByRole('link', { name: 'Go on at accounts.example' });
    await expect.poll(focused).toBe('Go on at accounts.example');
    await expect.poll(() => onward.getAttribute('href')).toBe('https://accounts.example/authorize?state=once');
    await page.evaluate(() => {
      window.stage.client.links.add('mail');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.getByText('Your account there is linked').waitFor();
    await button('Unlink your account at Team mail').click();
    await button('Link your account').waitFor();
    await expect.poll(calls).toEqual([
      ['link', 'mail'],
      ['unlink', 'mail'],
    ]);
  });

  test('UI unlinking says so where the other side did not take its access back', async () => {
    await show('tools');
    await page.evaluate(() => {
      window.stage.client.takenBack = false;
      window.stage.client.links.add('mail');
    });
    await button('Link your account').waitFor();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await button('Unlink your account at Team mail').click();
    await page.getByText('the other side did not answer that it took this access back').waitFor();
    await button('Link your account').waitFor();
  });

  test('UI an address that is no web page is no link', async () => {
    await show('tools');
    await page.evaluate(() => void (window.stage.client.linkAt = 'javascript:alert(1)'));
    await button('Link your account').click();
    await expect.poll(calls).toEqual([['link', 'mail']]);
    await expect.poll(() => page.getByRole('link', { name: /Go on at/ }).count()).toBe(0);
  });

  test('UI one is removed after a word of warning, and keeping it is the default', async () => {
    await show('tool-drop');
    await expect.poll(focused).toBe('Keep Team mail');
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('Remove Team mail');
    await page.keyboard.press('Enter');
    await button('Remove Team mail now').click();
    await page.getByText('Team mail no longer works in this room.').waitFor();
    await expect.poll(calls).toEqual([['tool.drop', { tool: 'mail' }]]);
  });

  test('UI what I let run is taken back with one press', async () => {
    await show('tools');
    await button('Ask me again before mail.send').click();
    await page.getByText('You are asked again before mail.send.').waitFor();
    await expect.poll(calls).toEqual([['trust.drop', { call: 'mail.send' }]]);
  });

  test('UI who may not decide sees them, and is offered nothing', async () => {
    await show('tools-empty');
    await expect.poll(() => button('Let a tool in').count()).toBe(0);
  });
});

describe('UI invitations', () => {
  test('UI a link is made, seen once, and revoked', async () => {
    await show('invite-form');
    await page.getByLabel('Role').selectOption('Reader');
    await page.getByLabel('Works for').selectOption('7 days');
    await page.getByLabel('How many people').selectOption('5 people');
    await page.getByLabel('Only for').fill('fay@example.com');
    await button('Make the link').click();
    const link = page.getByRole('textbox', { name: 'Invite by link' });
    await expect.poll(() => link.inputValue()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invite#lobby\.s{43}$/);
    await page.getByText('Only fay@example.com can use it.').waitFor();
    const terms = { expiresIn: 604_800, uses: 5, role: 'reader', for: 'fay@example.com' };
    await expect.poll(calls).toEqual([['invite.create', terms]]);
    await button('Done').click();
    await expect.poll(() => link.count()).toBe(0);
    await button('Revoke the invitation: Reader, 5 people, only fay@example.com').click();
    await page.getByText('That link no longer works.').waitFor();
    await expect.poll(last).toEqual(['invite.revoke', { invite: 'h2' }]);
  });

  test('UI the tools of one person are chosen, then saved', async () => {
    await show('people-owner');
    await button('Change Chioma Okafor').click();
    await page.getByRole('radio', { name: 'Only these' }).check();
    await page.getByRole('checkbox', { name: 'Team wiki' }).check();
    await button('Save tools').click();
    await page.getByText('What the AI may use for Chioma Okafor has changed.').waitFor();
    const change = { user: 'chioma', role: 'speaker', grants: { tools: ['wiki'] } };
    await expect.poll(calls).toEqual([['member.set', change]]);
  });
});

test('UI nothing of it is refused by the page', () => {
  expect(stage.errors).toEqual([]);
});
