import { fault } from '@parley/shared/fault';
import { afterEach, expect, test } from 'vitest';
import { clientWorld } from '../../kit/client-world.ts';

const worlds: { close(): void }[] = [];
function world() {
  const made = clientWorld();
  worlds.push(made);
  return made;
}
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

test('T1 W35 without a reply a prompt is sent again under the same id when the connection is back', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  const id = ana.ask('why?');
  await Promise.resolve();
  expect(ana.view.outbox).toMatchObject([{ id, text: 'why?', state: { kind: 'sent' } }]);
  server.last.drop();
  await server.settle();
  expect(ana.view.outbox).toMatchObject([{ id, state: { kind: 'unsent' } }]);
  expect(server.accepted).toEqual([]);
  clock.advance(100);
  await server.settle();
  expect(server.accepted).toEqual([{ author: 'ana', id, text: 'why?' }]);
  expect(ana.view.room.tickets).toMatchObject([{ id, text: 'why?' }]);
  expect(ana.view.outbox).toEqual([]);
});

test('T2 a prompt whose reply was lost is resent and is still one ticket', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  const sent: string[] = [];
  server.script.command = (command) => {
    if (command.type === 'prompt.submit') sent.push(command.id);
    return null;
  };
  const id = ana.ask('why?');
  server.last.deliverUp();
  expect(server.accepted).toHaveLength(1);
  server.last.drop();
  // The documents would show the ticket before a resend; this lane shows nothing.
  server.script.open = () => fault('unavailable');
  await server.settle();
  clock.advance(100);
  await server.settle();
  expect(sent).toEqual([id, id]);
  expect(server.accepted).toHaveLength(1);
  expect(ana.view.outbox).toMatchObject([{ id, state: { kind: 'accepted', turn: 't_1', position: 1 } }]);
});

test('T2 W35 an item survives a reload of the page under its id', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  server.last.drop();
  const prompt = ana.ask('one');
  const message = ana.say('two', { audience: 'me' });
  await server.settle();
  ana.close();
  const reloaded = client();
  await server.settle();
  expect(server.accepted).toEqual([
    { author: 'ana', id: prompt, text: 'one' },
    { author: 'ana', id: message, text: 'two' },
  ]);
  expect(reloaded.view.outbox).toEqual([]);
  expect(reloaded.view.me.entries).toMatchObject([{ kind: 'message', text: 'two' }]);
});

test('T2 what one person left behind is not sent by the next on the same device', async () => {
  const { client, server, store } = world();
  const ana = client('ana');
  await server.settle();
  server.last.drop();
  ana.say('from Ana');
  await server.settle();
  ana.close();
  client('ben');
  await server.settle();
  expect(server.accepted).toEqual([]);
  expect(store.values.size).toBe(1);
});

test('T2 words written before the first welcome are sent after it, in order', async () => {
  const { client, server, store } = world();
  const ana = client();
  ana.say('one');
  ana.ask('two');
  await server.settle();
  expect(server.accepted.map(({ text }) => text)).toEqual(['one', 'two']);
  expect(store.values.size).toBe(0);
});

test('T2 the ticket of somebody else with the same id is not mine', async () => {
  const { client, server } = world();
  const ana = client('ana');
  await server.settle();
  server.script.command = () => 'silence';
  const id = ana.ask('mine');
  await server.settle();
  server.script.command = () => null;
  server.run('ben', { type: 'prompt.submit', id, text: 'his', audience: 'room' });
  await server.settle();
  expect(ana.view.room.tickets).toHaveLength(1);
  expect(ana.view.outbox).toMatchObject([{ id, text: 'mine' }]);
});

test('T7 a refusal is shown with its reason; retry is a new id, discard forgets', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  const full = fault('queue_full', undefined, { retryAfter: 3 });
  server.script.command = () => full;
  const first = ana.ask('one');
  const second = ana.ask('two');
  await server.settle();
  expect(ana.view.outbox).toMatchObject([
    { id: first, state: { kind: 'refused', fault: full } },
    { id: second, state: { kind: 'refused', fault: full } },
  ]);
  server.script.command = () => null;
  ana.retry(first);
  ana.discard(second);
  await server.settle();
  expect(server.accepted).toHaveLength(1);
  expect(server.accepted[0]?.id).not.toBe(first);
  expect(server.accepted[0]?.text).toBe('one');
  expect(ana.view.outbox).toEqual([]);
});

test('T7 a refusal survives a reload and is not sent by itself', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  server.script.command = () => fault('rate_limited');
  const id = ana.ask('one');
  await server.settle();
  ana.close();
  server.script.command = () => null;
  const reloaded = client();
  await server.settle();
  expect(server.accepted).toEqual([]);
  expect(reloaded.view.outbox).toMatchObject([{ id, state: { kind: 'refused', fault: { code: 'rate_limited' } } }]);
});

test('T1 a server that cannot answer now, or does not, is asked again with the same id', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  const sent: string[] = [];
  const answers = [fault('unavailable'), 'silence', null] as const;
  server.script.command = (command) => {
    if (command.type !== 'prompt.submit') return null;
    sent.push(command.id);
    return answers[sent.length - 1] ?? null;
  };
  const id = ana.ask('why?');
  await server.settle();
  expect(ana.view.outbox).toMatchObject([{ state: { kind: 'unsent' } }]);
  clock.advance(100);
  await server.settle();
  // Whatever keeps the socket alive does not answer the command.
  for (let round = 0; round < 4; round += 1) {
    for (const peer of server.peers) peer.say({ type: 'rights', role: 'speaker', capabilities: [] });
    await server.settle();
    clock.advance(10_000);
    await server.settle();
  }
  expect(sent).toEqual([id, id, id]);
  expect(server.accepted).toHaveLength(1);
  expect(server.pairs).toHaveLength(1);
});

test('T3 a prompt that ended unseen does not wait for ever in the outbox', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  ana.ask('why?');
  server.last.deliverUp();
  server.last.drop();
  server.withdraw('t_1');
  await server.settle();
  clock.advance(100);
  await server.settle();
  expect(ana.view.outbox).toMatchObject([{ state: { kind: 'accepted' } }]);
  clock.advance(2_000);
  await server.settle();
  expect(ana.view.outbox).toEqual([]);
});

test('a frame too large for the connection is refused, not resent for ever', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  const small = ana.say('small');
  const large = ana.say('large'.repeat(1_000));
  server.last.server.close(1009);
  server.last.deliverDown();
  await server.settle();
  expect(ana.view.outbox).toMatchObject([
    { id: small, state: { kind: 'unsent' } },
    { id: large, state: { kind: 'refused', fault: { code: 'too_large' } } },
  ]);
  clock.advance(100);
  await server.settle();
  expect(server.accepted.map(({ id }) => id)).toEqual([small]);
});

test('what fits no schema never reaches the wire', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  ana.ask('');
  ana.ask('x'.repeat(1_048_577));
  await server.settle();
  expect(ana.view.outbox.map(({ state }) => state.kind)).toEqual(['refused', 'refused']);
  expect(ana.view.connection).toEqual({ kind: 'online' });
});

test('storage with nonsense in it is an empty outbox', async () => {
  const { client, server, store } = world();
  const key = `parley.outbox ${JSON.stringify(['https://parley.test/', 'lobby', 'ana'])}`;
  for (const nonsense of ['{', '7', '[null, 3, {"id":"a b"}, {"id":"ok","kind":"prompt","audience":"room"}]']) {
    store.set(key, nonsense);
    const ana = client('ana');
    await server.settle();
    expect(ana.view.outbox).toEqual([]);
    ana.close();
  }
  expect(server.accepted).toEqual([]);
});

test('commands without a connection answer at once that there is none', async () => {
  const { client, server } = world();
  const ana = client();
  expect(await ana.members()).toMatchObject({ ok: false, fault: { code: 'unavailable' } });
  await server.settle();
  const asked = ana.members();
  server.last.drop();
  expect(await asked).toMatchObject({ ok: false, fault: { code: 'unavailable' } });
});
