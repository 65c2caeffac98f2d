import type { FaultCode } from '@parley/shared/fault';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { storyRoom } from './stories/story-room.ts';
import type {} from './stories/story-page.ts';

let page: Page;
const { show, calls, last, button, errors } = storyRoom((opened) => (page = opened));
beforeEach(() => page.setViewportSize({ width: 1280, height: 800 }));

const listings = () => page.evaluate(() => window.stage.client.listings);
const panel = () => page.evaluate(() => window.stage.room.panel);
const refuse = (code: FaultCode) =>
  page.evaluate((one) => void (window.stage.client.refusal = { code: one, detail: 'The server’s own words.' }), code);
const row = (name: string) => page.locator('.person', { hasText: name });
/** The name of what has the focus. */
const focused = () =>
  page.evaluate(() => {
    const one = window.stage.room.shadowRoot?.activeElement;
    return one?.getAttribute('aria-label') ?? one?.id ?? '';
  });

describe('R13 the people of a room', () => {
  test('somebody is added by their id with a role, and the list shows them', async () => {
    await show('people-owner');
    await button('Add someone').click();
    await page.keyboard.type(' fay@example.com ');
    await page.getByLabel('Role').selectOption('Moderator');
    await page.getByText('Keeps order: stops answers, adds and removes people').nth(1).waitFor();
    await page.getByLabel('Their id').press('Enter');
    await page.getByText('fay@example.com was added as Moderator. They can open the room now.').waitFor();
    await row('fay@example.com').waitFor();
    await expect.poll(calls).toEqual([['setMember', 'fay@example.com', 'moderator']]);
    await expect
      .poll(() => page.evaluate(() => window.stage.room.shadowRoot?.activeElement?.textContent?.trim()))
      .toBe('Add someone');
  });

  test('what is no id, or is here already, is said before anything is sent', async () => {
    await show('member-add');
    const field = page.getByLabel('Their id');
    await field.press('Enter');
    await page.getByText('Write the id of the person to add.').waitFor();
    await field.fill('fay lee');
    await field.press('Enter');
    await page.getByText('An id has no spaces or slashes').waitFor();
    await field.fill('ben');
    await field.press('Enter');
    await page.getByText('ben is in this room already').waitFor();
    expect(await calls()).toEqual([]);
    await field.press('Escape');
    await expect.poll(() => field.count()).toBe(0);
    await expect.poll(panel).toBe('people');
  });

  test('a role changes when it is saved, not while it is chosen, and the focus goes back', async () => {
    await show('people-owner');
    await button('Change Chioma Okafor').press('Enter');
    const role = row('Chioma').getByLabel('Role');
    await expect.poll(() => role.evaluate((one) => one === window.stage.room.shadowRoot?.activeElement)).toBe(true);
    await role.selectOption('Reader');
    expect(await calls()).toEqual([]);
    await button('Save').click();
    await page.getByText('Chioma Okafor is Reader now.').waitFor();
    await expect.poll(calls).toEqual([['setMember', 'chioma', 'reader']]);
    await expect.poll(() => row('Chioma').locator('.role').textContent()).toBe('Reader');
    await expect.poll(focused).toBe('Change Chioma Okafor');
  });

  test('a removal says what happens first, keeps by default and with Escape, and then removes', async () => {
    await show('people-owner');
    await button('Change Ben').click();
    await button('Remove Ben from the room').click();
    await page.getByText('Ben leaves the room now; their waiting prompts end').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => button('Keep Ben').count()).toBe(0);
    await expect.poll(focused).toBe('Change Ben');
    await page.keyboard.press('Enter');
    await button('Remove Ben from the room').click();
    await page.keyboard.press('Escape');
    expect(await calls()).toEqual([]);
    await button('Change Ben').click();
    await button('Remove Ben from the room').click();
    await button('Remove Ben').click();
    await page.getByText('Ben is no longer in this room.').waitFor();
    await expect.poll(calls).toEqual([['removeMember', 'ben']]);
    await expect.poll(() => row('Ben').count()).toBe(0);
    await expect.poll(focused).toBe('panel-body');
  });

  test('a refusal is said where it was asked, in words', async () => {
    await show('member-remove');
    await refuse('forbidden');
    await button('Remove Ben').click();
    await row('Ben').getByRole('alert').getByText('You do not have the right to do this here.').waitFor();
    await show('leave');
    await refuse('last_owner');
    await button('Leave now').click();
    await page
      .getByRole('alert')
      .getByText('A room keeps at least one owner. Make somebody else an owner first.')
      .waitFor();
  });

  test('anyone leaves by themselves, and the only owner is told why not', async () => {
    await show('leave');
    await button('Leave now').click();
    await expect.poll(calls).toEqual([['removeMember', 'ana']]);
    await show('last-owner');
    await page.getByText('Make somebody else an owner first.').waitFor();
    await expect.poll(() => button('Leave now').count()).toBe(0);
  });

  test('Escape ends what was begun, one thing at a time, where the panel covers the room', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await show('people-owner');
    for (const name of ['Add someone', 'Change Ben']) {
      await button(name).click();
      await page.keyboard.press('Escape');
      await expect.poll(panel).toBe('people');
      await expect.poll(() => page.getByLabel('Role').count()).toBe(0);
    }
    await page.keyboard.press('Escape');
    await expect.poll(panel).toBe(null);
  });

  test('who may not decide is offered nothing but their own way out', async () => {
    await show('people-reader');
    await expect.poll(() => row('Chioma').getByRole('button').count()).toBe(0);
    await expect.poll(() => button('Add someone').count()).toBe(0);
    await expect.poll(() => button('Rename this room').count()).toBe(0);
    await expect.poll(() => page.getByText('Who may join').count()).toBe(0);
  });

  test('who may join is chosen, then saved', async () => {
    await show('people-owner');
    await page.getByRole('radio', { name: 'Invite only' }).press('ArrowDown');
    await page.getByText('Whoever opens the room becomes a speaker.').waitFor();
    expect(await calls()).toEqual([]);
    await button('Save').click();
    await page.getByText('From now on everyone in the organisation may join.').waitFor();
    await expect.poll(calls).toEqual([['updateRoom', { join: 'tenant' }]]);
    await button('Change Ben').click();
    await button('Remove Ben from the room').click();
    await page.getByText('so Ben can come back').waitFor();
  });

  test('the room is renamed in its header; Escape leaves its name alone', async () => {
    await show('conversation');
    await expect.poll(() => button('Rename this room').count()).toBe(0);
    await show('people-owner');
    await button('Rename this room').press('Enter');
    await page.keyboard.type('Something else');
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('Rename this room');
    expect(await calls()).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.type('Launch week');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Launch week' }).waitFor();
    await expect.poll(calls).toEqual([['updateRoom', { title: 'Launch week' }]]);
    await expect.poll(focused).toBe('Rename this room');
  });

  test('the list is read when the tab opens, when somebody comes or goes, and when my rights change; not otherwise', async () => {
    await show('people-owner');
    await expect.poll(listings).toBe(1);
    const change = (what: 'typing' | 'gone' | 'rights') =>
      page.evaluate(async (one) => {
        const { people } = window.stage.client.view;
        if (one === 'typing') window.stage.change({ people: people.map((person) => ({ ...person, typing: true })) });
        else if (one === 'gone') window.stage.change({ people: people.slice(0, 2) });
        else window.stage.change({ role: 'reader', capabilities: new Set(['room.read']) });
        await window.stage.room.updateComplete;
      }, what);
    await change('typing');
    await expect.poll(listings).toBe(1);
    await change('gone');
    await expect.poll(listings).toBe(2);
    await change('rights');
    await expect.poll(listings).toBe(3);
    await expect.poll(() => button('Change Ben').count()).toBe(0);
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
  expect(errors()).toEqual([]);
});
