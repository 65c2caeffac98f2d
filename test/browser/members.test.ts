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
  page = await stage.open();
});
beforeEach(() => page.setViewportSize({ width: 1280, height: 800 }));
afterAll(() => stage[Symbol.asyncDispose]());

const show = (name: StoryName) => page.evaluate((story) => window.stage.show(story), name);
const calls = () => page.evaluate(() => window.stage.client.calls.filter(([name]) => name !== 'setTyping'));
const listings = () => page.evaluate(() => window.stage.client.listings);
const panel = () => page.evaluate(() => window.stage.room.panel);
const refuse = (code: FaultCode) =>
  page.evaluate((one) => void (window.stage.client.refusal = { code: one, detail: 'The server’s own words.' }), code);
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
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

test('UI nothing of it is refused by the page', () => {
  expect(stage.errors).toEqual([]);
});
