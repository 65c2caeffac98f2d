import type { RoomClient } from '@parley/client/room-client';
import { must } from '@parley/shared/assert';
import type { Author, Entry } from '@parley/shared/entry';
import { fault } from '@parley/shared/fault';
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { clientWorld } from '../../kit/client-world.ts';

const worlds: { close(): void }[] = [];
function world() {
  const made = clientWorld();
  worlds.push(made);
  return made;
}
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

const BEN: Author = { id: 'ben', name: 'Ben', kind: 'user' };

function texts({ view }: RoomClient): readonly string[] {
  return view.room.entries.map(({ text }) => text);
}

test('T43 a client that was away comes back to exactly what it missed, and to the running answer', async () => {
  const { client, clock, server } = world();
  const ana = client('ana');
  await server.settle();
  ana.ask('why?');
  await server.settle();
  server.startTurn('t_1');
  server.stream('t_1', 'Because ');
  await server.settle();
  expect(ana.view.room.answering).toEqual({
    state: 'answering',
    turn: 't_1',
    forId: 'ana',
    forName: 'ana',
    text: 'Because ',
  });

  server.last.drop();
  server.stream('t_1', 'it ');
  server.addEntry({ kind: 'message', text: 'while away', author: BEN });
  await server.settle();
  expect(ana.view.room.answering?.text).toBe('Because ');
  clock.advance(100);
  await server.settle();
  expect(ana.view.room.answering?.text).toBe('Because it ');
  server.stream('t_1', 'rains.');
  await server.settle();
  expect(ana.view.room.answering?.text).toBe('Because it rains.');
  server.endTurn('t_1');
  await server.settle();
  expect(ana.view.room.answering).toBeNull();
  expect(texts(ana)).toEqual(['why?', 'while away', 'Because it rains.']);
});

test('T43 whoever comes when it is over sees the same', async () => {
  const { client, server } = world();
  const ana = client('ana');
  await server.settle();
  ana.ask('why?');
  await server.settle();
  server.startTurn('t_1');
  server.stream('t_1', 'Because.');
  server.endTurn('t_1');
  await server.settle();
  const ben = client('ben');
  await server.settle();
  expect(ben.view.room.entries).toEqual(ana.view.room.entries);
  expect(ben.view.room.answering).toBeNull();
});

test('T43 no cut, wherever it falls, leaves a gap or a repeat', async () => {
  const words = 'one two three four five six seven eight'.split(' ');
  for (let cut = 0; cut < 12; cut += 1) {
    const { client, clock, server, close } = clientWorld();
    const ana = client('ana');
    await server.settle();
    ana.ask('count');
    await server.settle();
    server.startTurn('t_1');
    for (const word of words) server.stream('t_1', `${word} `);
    server.last.deliverDown(cut);
    server.last.drop();
    server.stream('t_1', 'nine');
    await server.settle();
    clock.advance(100);
    await server.settle();
    expect(ana.view.room.answering?.text).toBe(`${words.join(' ')} nine`);
    expect(texts(ana)).toEqual(['count']);
    close();
  }
});

test('D1 a transcript of a new generation replaces the old one instead of mixing with it', async () => {
  const { client, clock, server } = world();
  server.addEntry({ kind: 'message', text: 'first', author: BEN });
  const ana = client('ana');
  await server.settle();
  server.last.drop();
  // Rebuilt from the journal: equal content under other Yjs ids.
  server.docs.set('transcript', new Y.Doc());
  server.addEntry({ kind: 'message', text: 'first', author: BEN });
  const shown = new Set<number>();
  ana.subscribe(() => shown.add(ana.view.room.entries.length));
  clock.advance(100);
  await server.settle();
  expect(texts(ana)).toEqual(['first']);
  expect(shown).not.toContain(0);
});

test("T45 presence and typing are the person's, however many sockets they have", async () => {
  const { client, server } = world();
  const ana = client('ana');
  const desk = client('ben');
  const phone = client('ben');
  await server.settle();
  expect(ana.view.people.map(({ id, you, typing }) => [id, you, typing])).toEqual([
    ['ana', true, false],
    ['ben', false, false],
  ]);
  phone.setTyping(true, 'room');
  await server.settle();
  expect(ana.view.people[1]?.typing).toBe(true);
  desk.setTyping(true, 'room');
  phone.setTyping(false, 'room');
  await server.settle();
  expect(ana.view.people[1]?.typing).toBe(true);
  phone.close();
  await server.settle();
  expect(ana.view.people).toHaveLength(2);
  desk.close();
  await server.settle();
  expect(ana.view.people).toHaveLength(1);
});

test('T45 a person who reconnects is seen at once, not at their next renewal', async () => {
  const { client, clock, server } = world();
  const ana = client('ana');
  client('ben');
  await server.settle();
  server.pairs[1]?.drop();
  await server.settle();
  expect(ana.view.people).toHaveLength(1);
  clock.advance(100);
  await server.settle();
  expect(ana.view.people.map(({ id }) => id)).toEqual(['ana', 'ben']);
});

test("T45 the queue is the person's: a second device shows and counts the same tickets", async () => {
  const { client, server } = world();
  const desk = client('ana');
  const phone = client('ana');
  await server.settle();
  desk.ask('one');
  phone.ask('two');
  await server.settle();
  expect(phone.view.room.tickets).toEqual(desk.view.room.tickets);
  expect(desk.view.room.tickets.map(({ text, position }) => [text, position])).toEqual([
    ['one', 1],
    ['two', 2],
  ]);
});

test('a streamed word leaves entries, tickets, people and the other lane untouched', async () => {
  const { client, server } = world();
  const ana = client('ana');
  await server.settle();
  ana.ask('why?');
  await server.settle();
  server.startTurn('t_1');
  await server.settle();
  const before = ana.view;
  server.stream('t_1', 'Because');
  await server.settle();
  const after = ana.view;
  expect(after).not.toBe(before);
  expect(after.room.answering?.text).toBe('Because');
  expect(after.room.entries).toBe(before.room.entries);
  expect(after.room.tickets).toBe(before.room.tickets);
  expect(after.people).toBe(before.people);
  expect(after.me).toBe(before.me);
  expect(after.outbox).toBe(before.outbox);
});

test('an entry that was there stays the same value when another is added', async () => {
  const { client, server } = world();
  server.addEntry({ kind: 'message', text: 'first', author: BEN });
  const ana = client('ana');
  await server.settle();
  const [first] = ana.view.room.entries;
  server.addEntry({ kind: 'message', text: 'second', author: BEN });
  await server.settle();
  expect(texts(ana)).toEqual(['first', 'second']);
  expect(ana.view.room.entries[0]).toBe(first);
});

test('nothing of a transcript is shown before all of it is there', async () => {
  const { client, server } = world();
  server.addEntry({ kind: 'message', text: 'first', author: BEN });
  const ana = client('ana');
  const lengths: number[] = [];
  ana.subscribe(() => lengths.push(ana.view.room.loaded ? ana.view.room.entries.length : -1));
  await server.settle();
  expect(lengths.filter((length) => length !== -1)[0]).toBe(1);
});

test('many changes in one go call a listener once', async () => {
  const { client, server } = world();
  const ana = client('ana');
  await server.settle();
  let calls = 0;
  const stop = ana.subscribe(() => (calls += 1));
  ana.say('a');
  ana.say('b');
  ana.setTyping(true, 'room');
  await Promise.resolve();
  expect(calls).toBe(1);
  stop();
  await server.settle();
  expect(calls).toBe(1);
});

test('older entries come page by page, each once, until there are none', async () => {
  const { client, server } = world();
  const at = (seq: number) => server.addEntry({ kind: 'message', text: `m${seq}`, author: BEN, seq });
  for (let seq = 1; seq <= 250; seq += 1) server.past.push(at(seq));
  server.doc('transcript').getArray('entries').delete(0, 250);
  server.writeRoom({ firstSeq: 251 });
  at(251);
  const ana = client('ana');
  await server.settle();
  expect(ana.view.room.firstSeq).toBe(251);
  const load = async () => {
    const both = Promise.all([ana.loadOlder('room'), ana.loadOlder('room')]);
    await server.settle();
    return both;
  };
  expect(await load()).toEqual([true, true]);
  expect(ana.view.room.firstSeq).toBe(51);
  expect(await load()).toEqual([true, true]);
  expect(ana.view.room.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 251 }, (_, index) => index + 1));
  expect(await load()).toEqual([false, false]);
});

/** Ana before a document of one entry, with three older ones on the server. */
async function withPast() {
  const { client, clock, server } = world();
  const at = (seq: number, more: Partial<Entry> = {}) =>
    server.addEntry({ kind: 'message', text: `m${seq}`, author: BEN, seq, ...more });
  for (let seq = 1; seq <= 3; seq += 1) server.past.push(at(seq));
  server.doc('transcript').getArray('entries').delete(0, 3);
  server.writeRoom({ firstSeq: 4 });
  at(4);
  const ana = client('ana');
  await server.settle();
  const texts = () => ana.view.room.entries.map(({ text }) => text);
  const load = async () => {
    const older = ana.loadOlder('room');
    await server.settle();
    return older;
  };
  /** Takes the words of the second entry away, as the server does. */
  const redact = (count: number) => {
    server.past.splice(1, 1, { ...must(server.past[1], 'an entry'), text: '' });
    server.writeRoom({ pastRedactions: count });
  };
  return { ana, at, clock, server, texts, load, redact };
}

test('R14 a redaction of something older than the document lets go of the pages that were loaded, and they come again without its words', async () => {
  const { ana, server, texts, load, redact } = await withPast();
  expect([await load(), texts()]).toEqual([true, ['m1', 'm2', 'm3', 'm4']]);
  const meanwhile: string[][] = [];
  server.script.command = () => {
    meanwhile.push(texts());
    return null;
  };
  redact(1);
  await server.settle();
  expect(meanwhile).toEqual([['m4']]);
  expect([texts(), ana.view.room.firstSeq]).toEqual([['m1', '', 'm3', 'm4'], 1]);
});

test('R14 a page that was asked for before a redaction is not shown after it', async () => {
  const { ana, server, texts, load, redact } = await withPast();
  server.script.command = (command) => {
    const items = [...server.past];
    server.script.command = () => null;
    redact(1);
    return command.type === 'transcript.read' ? { value: { items, next: null } } : null;
  };
  expect([await load(), texts(), ana.view.room.firstSeq]).toEqual([true, ['m4'], 4]);
  expect([await load(), texts()]).toEqual([true, ['m1', '', 'm3', 'm4']]);
});

test('R14 another redaction while the past comes again does not leave it away', async () => {
  const { server, texts, load, redact } = await withPast();
  await load();
  let asked = 0;
  server.script.command = () => {
    asked += 1;
    if (asked === 1) redact(2);
    return null;
  };
  redact(1);
  await server.settle();
  expect([asked, texts()]).toEqual([2, ['m1', '', 'm3', 'm4']]);
});

test('R14 what cannot be brought again after a redaction stays away until it is asked for, at once or after an absence', async () => {
  const { ana, at, clock, server, texts, load, redact } = await withPast();
  const reads = (can: boolean) => {
    server.script.command = ({ type }) => (can || type !== 'transcript.read' ? null : fault('unavailable'));
  };
  const expectGone = () => {
    expect([texts(), ana.view.room.firstSeq]).toEqual([['m4'], 4]);
    reads(true);
  };
  await load();
  reads(false);
  redact(1);
  await server.settle();
  expectGone();
  await load();
  reads(false);
  server.last.drop();
  redact(2);
  await server.settle();
  clock.advance(100);
  await server.settle();
  expectGone();
  await load();
  server.writeRoom({ title: 'Another title' });
  await server.settle();
  expect(texts()).toHaveLength(4);
  // Rebuilt from the journal meanwhile: another document, which counts anew.
  reads(false);
  server.last.drop();
  server.docs.set('transcript', new Y.Doc());
  server.writeRoom({ title: 'Planning', firstSeq: 4, ai: { state: 'idle' }, pastRedactions: 1 });
  at(4);
  clock.advance(1_000);
  await server.settle();
  expectGone();
});

test('older entries that nobody can bring now are an error, not the beginning', async () => {
  const { client, server } = world();
  server.writeRoom({ firstSeq: 5 });
  const ana = client('ana');
  await server.settle();
  server.script.command = () => fault('unavailable');
  const older = ana.loadOlder('room').catch((error: unknown) => error);
  await server.settle();
  expect(await older).toMatchObject({ fault: { code: 'unavailable' } });
});
