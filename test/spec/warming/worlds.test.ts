import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { ModelRequest } from '@parley/server/ports/model';
import { ClientKey } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { CachingModel } from '../../kit/caching-model.ts';
import { mulberry32 } from '../../kit/ids.ts';
import type { Keyboard } from '../../kit/keyboard.ts';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';

const STEPS = 26;
const HIDDEN = 'canary-hidden';

/** The room's warm-ups and when they were sent, and how many there were elsewhere. */
interface Seen {
  readonly warmups: readonly { readonly request: ModelRequest; readonly at: number }[];
  readonly elsewhere: number;
}

/** The same words and key presses in the room; what is private and what stands on a shelf is there or is not. */
async function play(seed: number, hidden: boolean): Promise<Seen> {
  const model = new CachingModel();
  const world = await RoomWorld.open({ limits: { turnTokens: 6_000 } }, new MemoryJournal(), model);
  world.authority.set(REF.tenant, 'doc:plan', ['ana']);
  const random = mulberry32(seed);
  const hide = mulberry32(seed + 1_000);
  const inRoom: Seen['warmups'][number][] = [];
  let elsewhere = 0;
  for (let step = 0; step < STEPS; step++) {
    const user = random() < 0.5 ? 'ana' : 'bob';
    world.clock.advance(random() < 0.4 ? 400_000 : 20_000);
    await hiddenStep(world, { step, hidden, random: hide });
    const before = model.warmups.length;
    await press(world, user, 'transcript');
    for (const request of model.warmups.slice(before)) inRoom.push({ request, at: world.clock.now() });
    elsewhere = model.warmups.length - inRoom.length;
    const text = `question ${step} ${'of several words '.repeat(4 + Math.floor(random() * 10))}`;
    await world.must(user, { type: 'prompt.submit', id: ClientKey.parse(`r${step}`), text, audience: 'room' });
    await quiet();
  }
  return { warmups: inRoom, elsewhere };
}

/** A node that leaves takes what was sent last with it, so in both worlds it leaves at the same moments. */
async function hiddenStep(
  world: RoomWorld,
  { step, hidden, random }: { readonly step: number; readonly hidden: boolean; readonly random: () => number },
): Promise<void> {
  const what = random();
  const text = `${HIDDEN} ${'word '.repeat(Math.floor(random() * 300))}`;
  const id = ClientKey.parse(`h${step}`);
  if (what >= 0.8) {
    const made = shelfEntry({ text, resources: ['doc:plan'], after: 0, seq: step + 1 });
    await world.found(...(hidden ? [made] : []));
  } else if (!hidden) return;
  else if (what < 0.4) await world.must('bob', { type: 'prompt.submit', id, text, audience: 'me' });
  else if (what < 0.55) await press(world, 'bob', 'transcript.me');
  else await world.must('cyd', { type: 'message.post', id, text, audience: 'me', offRecord: false });
  await quiet();
}

async function press(world: RoomWorld, user: string, doc: Parameters<Keyboard['press']>[0]): Promise<void> {
  const keyboard = await world.keyboard(user);
  keyboard.press(doc);
  await quiet();
}

async function quiet(): Promise<void> {
  await settled();
  await settled();
}

test('A42 A44 C17 R9 what is private or on a shelf changes no byte of a room’s warm-up, and neither whether nor when there is one', async () => {
  let elsewhere = 0;
  for (const seed of [1, 2, 3]) {
    const [without, having] = [await play(seed, false), await play(seed, true)];
    expect(without.warmups.length).toBeGreaterThan(3);
    expect(having.warmups).toEqual(without.warmups);
    expect(JSON.stringify(having.warmups)).not.toContain(HIDDEN);
    expect(without.elsewhere).toBe(0);
    elsewhere += having.elsewhere;
  }
  expect(elsewhere).toBeGreaterThan(0);
}, 60_000);

test('C17 R4 what stands on a shelf is in no warm-up, also where everybody may read it and turns are sent it', async () => {
  const model = new CachingModel();
  const world = await RoomWorld.open({ limits: { turnTokens: 6_000 } }, new MemoryJournal(), model);
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob', 'cyd']);
  const ask = async (n: number): Promise<void> => {
    const text = `question ${n} ${'of several words '.repeat(40)}`;
    await world.must('ana', { type: 'prompt.submit', id: ClientKey.parse(`r${n}`), text, audience: 'room' });
    await quiet();
  };
  for (let n = 0; n < 6; n++) await ask(n);
  await world.found(shelfEntry({ text: HIDDEN, resources: ['doc:plan'], after: 3 }));
  await ask(6);
  expect(JSON.stringify(model.turns.at(-1))).toContain(HIDDEN);
  world.clock.advance(20_000);
  await press(world, 'bob', 'transcript');
  // Nothing was cut: what the last turn was sent beside a shelf has no say in whether it is time.
  expect(model.warmups).toHaveLength(0);
  world.clock.advance(300_000);
  await press(world, 'bob', 'transcript');
  expect(model.warmups).toHaveLength(1);
  expect(JSON.stringify(model.warmups)).not.toContain(HIDDEN);
});
