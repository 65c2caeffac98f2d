import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { ModelRequest } from '@parley/server/ports/model';
import { ClientKey } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../kit/ids.ts';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';
import { SummingModel } from '../../kit/summing-model.ts';

/** What a room's digests were asked with, and when: behind how many answers of the room. */
interface Seen {
  readonly digests: readonly { readonly request: ModelRequest; readonly behind: number }[];
  readonly adopted: readonly number[];
}

const STEPS = 26;

/** The same words in the room; what is private and what stands on a shelf is there or is not. */
async function play(seed: number, hidden: boolean): Promise<Seen> {
  const model = new SummingModel();
  const world = await RoomWorld.open({ limits: { turnTokens: 6_000 } }, new MemoryJournal(), model);
  world.authority.set(REF.tenant, 'doc:plan', ['ana']);
  const random = mulberry32(seed);
  const hide = mulberry32(seed + 1_000);
  for (let step = 0; step < STEPS; step++) {
    const user = random() < 0.5 ? 'ana' : 'bob';
    const text = `question ${step} ${'of several words '.repeat(4 + Math.floor(random() * 10))}`;
    if (hidden) await hiddenStep(world, step, hide);
    await world.must(user, { type: 'prompt.submit', id: ClientKey.parse(`r${step}`), text, audience: 'room' });
    await settled();
    await settled();
  }
  const inRoom = model.answers.filter((request) => !textOf(request).includes('only the person asking'));
  const digests = model.digests.filter((request) => !textOf(request).includes('only the person asking'));
  const behind = (request: ModelRequest) => request.messages.filter(({ role }) => role === 'assistant').length;
  expect(inRoom).toHaveLength(STEPS);
  return {
    digests: digests.map((request) => ({ request, behind: behind(request) })),
    adopted: (await world.recordsOf('digest.adopted'))
      .filter(({ lane }) => lane === 'room')
      .map(({ generation }) => generation),
  };
}

async function hiddenStep(world: RoomWorld, step: number, random: () => number): Promise<void> {
  const what = random();
  const text = `canary-hidden ${'word '.repeat(Math.floor(random() * 200))}`;
  const id = ClientKey.parse(`h${step}`);
  if (what < 0.4) await world.must('bob', { type: 'prompt.submit', id, text, audience: 'me' });
  else if (what < 0.6) await world.must('cyd', { type: 'message.post', id, text, audience: 'me', offRecord: false });
  else if (what < 0.7) await world.found(shelfEntry({ text, resources: ['doc:plan'], after: 0, seq: step + 1 }));
  await settled();
  await settled();
}

const textOf = ({ messages }: ModelRequest) => messages.map(({ content }) => content).join('\n');

test('A42 A44 R7 R9 what is private or on a shelf changes no byte of a room’s digest request, and not its moment', async () => {
  for (const seed of [1, 2, 3]) {
    const [without, having] = [await play(seed, false), await play(seed, true)];
    expect(having.digests.length).toBeGreaterThan(1);
    expect(having).toEqual(without);
    expect(JSON.stringify(having)).not.toContain('canary-hidden');
  }
}, 60_000);

test('A72 R7 what stands on a shelf is in no digest request, also where everybody may read it, and is still sent behind one', async () => {
  const model = new SummingModel();
  const world = await RoomWorld.open({ limits: { turnTokens: 6_000 } }, new MemoryJournal(), model);
  const people = ['ana', 'bob', 'cyd'];
  world.authority.set(REF.tenant, 'doc:plan', []);
  let step = 0;
  const ask = async (count: number) => {
    for (let each = 0; each < count; each++) {
      const id = ClientKey.parse(`r${++step}`);
      const text = `question ${step} ${'of several words '.repeat(10)}`;
      await world.must('ana', { type: 'prompt.submit', id, text, audience: 'room' });
      await settled();
      await settled();
    }
  };
  await ask(13);
  await world.found(shelfEntry({ text: 'canary-shelf', resources: ['doc:plan'], after: 12 }));
  await ask(4);
  expect(await world.recordsOf('digest.adopted')).toHaveLength(1);
  world.authority.set(REF.tenant, 'doc:plan', people);
  await settled();
  await ask(1);
  const last = model.answers.at(-1);
  expect(last && textOf(last)).toContain('your own summary');
  expect(last && textOf(last)).toContain('canary-shelf');
  expect(model.digests.map(textOf).join('\n')).not.toContain('canary-shelf');
});
