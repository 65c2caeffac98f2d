import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { storyRoom } from './stories/story-room.ts';
import type {} from './stories/story-page.ts';

let page: Page;
const { show, calls, last, refuse, button, focused, errors } = storyRoom((opened) => (page = opened));
const dialog = () => page.getByRole('dialog');
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
  await show('withheld-elsewhere');
  await page.locator('.told-card').getByText('2 results were withheld').waitFor();
  await button('Look in Private').click();
  await page.locator('.private .notice').waitFor();
  await expect.poll(() => page.locator('.told-card').count()).toBe(0);
  await show('withheld-elsewhere');
  await expect.poll(() => page.locator('.told-card').count()).toBe(0);
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

test('UI nothing of it is refused by the page', () => {
  expect(errors()).toEqual([]);
});
