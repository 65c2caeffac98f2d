import type { Target } from '@parley/server/adapters/model/target-healths';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import type { Vault } from '@parley/server/ports/vault';
import type { ModelFailure } from '@parley/server/ports/model';
import { expect, test, vi } from 'vitest';
import { REQUEST } from '../contracts/model.ts';
import { user } from '../contracts/journal-samples.ts';
import { keptKeys } from '../kit/kept-keys.ts';
import { REF } from '../kit/room-ref.ts';
import { failing, played, PlayedTarget, RouteWorld } from '../kit/route-world.ts';

const ACME = REF.tenant;
const [ANA, BEN] = [user('ana'), user('ben')];
const by = (person: typeof ANA) => ({ ...REQUEST, caller: { ...REF, user: person } });

/** A provider that takes some keys, and remembers which it was called with. */
function provider(refuses: Readonly<Record<string, ModelFailure>> = {}) {
  const used: string[] = [];
  const played = (secret: string) =>
    new PlayedTarget('works', () => {
      used.push(secret);
      const failure = refuses[secret];
      return failure === undefined ? { pieces: ['an answer'] } : failing(failure);
    });
  const { provider: named, model } = played('servers-key');
  const target: Target = { provider: named, key: 'KEY', model, withKey: (secret) => played(secret).model };
  return { target, used };
}

test('G5 a call is made with its speaker’s own key, and the end says whose it was', async () => {
  const keys = keptKeys();
  const { target, used } = provider();
  const route = new RouteWorld(undefined, keys).route(target);
  await keys.put(ACME, ANA, 'works', 'anas-key');
  const { events } = await played(route, by(ANA));
  expect(events.at(-1)).toMatchObject({ from: { provider: 'works', keyOf: 'speaker' } });
  expect((await played(route, by(BEN))).events.at(-1)).not.toHaveProperty('from.keyOf');
  expect(used).toEqual(['anas-key', 'servers-key']);
});

test('G5 a key that is refused ends the call: nobody else pays for it unasked', async () => {
  const keys = keptKeys();
  const { target, used } = provider({ 'anas-key': 'auth' });
  await keys.put(ACME, ANA, 'works', 'anas-key');
  await keys.put(ACME, null, 'works', 'acmes-key');
  const { end } = await played(new RouteWorld(undefined, keys).route(target), by(ANA));
  expect(end).toMatchObject({ reason: 'failed', class: 'auth' });
  expect(new Set(used)).toEqual(new Set(['anas-key']));
});

test('G5 where an admin allows it the next key answers', async () => {
  const keys = keptKeys();
  const { target, used } = provider({ 'anas-key': 'auth', 'acmes-key': 'rate' });
  await keys.setPolicy(ACME, { personal: true, fallback: true });
  await keys.put(ACME, ANA, 'works', 'anas-key');
  await keys.put(ACME, null, 'works', 'acmes-key');
  const { events } = await played(new RouteWorld(undefined, keys).route(target), by(ANA));
  expect(used).toEqual(['anas-key', 'acmes-key', 'servers-key']);
  expect(events.flatMap((event) => (event.type === 'again' ? [event.from.keyOf] : []))).toEqual(['speaker', 'tenant']);
});

test('G3 G5 what one person’s key meets stops nobody else: breaker, rest and places are its own', async () => {
  const keys = keptKeys();
  await keys.put(ACME, ANA, 'works', 'anas-key');
  for (const failure of ['server', 'rate', 'auth'] as const) {
    const world = new RouteWorld(undefined, keys);
    const { target } = provider({ 'anas-key': failure });
    const route = world.route(target);
    const entered = vi.spyOn(world.slots, 'enter');
    for (let call = 0; call < 30; call += 1) await played(route, by(ANA));
    expect(entered.mock.calls.map(([name]) => name)).not.toContain('works');
    expect(world.healths.stateOf(target)).toMatchObject({ lets: true, coolUntil: 0 });
    const many = await Promise.all(Array.from({ length: 60 }, () => played(route, by(BEN))));
    expect(many.every(({ end }) => end.reason === 'stop')).toBe(true);
    expect(entered.mock.calls.at(-1)?.[0]).toBe('works');
  }
});

test('G3 a key that was replaced is not made to wait for what the old one met', async () => {
  const keys = keptKeys();
  const { target, used } = provider({ 'old-key': 'auth' });
  const route = new RouteWorld(undefined, keys).route(target);
  await keys.put(ACME, ANA, 'works', 'old-key');
  await played(route, by(ANA));
  await keys.put(ACME, ANA, 'works', 'new-key');
  expect((await played(route, by(ANA))).end.reason).toBe('stop');
  expect(used.at(-1)).toBe('new-key');
});

test('G5 a store of keys that is gone, from the first call on or later, fails no turn', async () => {
  for (const wellFor of [0, 3]) {
    let reads = 0;
    const vault = new MemoryVault();
    const get: Vault['get'] = (...place) =>
      (reads += 1) > wellFor ? Promise.reject(new Error('gone')) : vault.get(...place);
    const keys = keptKeys({
      vault: { get, put: (...what) => vault.put(...what), drop: (...place) => vault.drop(...place) },
    });
    const { target } = provider();
    const route = new RouteWorld(undefined, keys).route(target);
    for (let turn = 0; turn < 100; turn += 1) expect((await played(route, by(ANA))).end.reason).toBe('stop');
  }
});

test('G3 what is known of keys is bounded, however many people bring', async () => {
  const world = new RouteWorld();
  const { target } = provider();
  const rated = (index: number) => {
    using call = world.healths.call({ ...target, key: `key-${index}` });
    call.ended({ reason: 'failed', class: 'rate', detail: '', retryAfterMs: 300_000 });
  };
  for (let index = 0; index <= 10_000; index += 1) rated(index);
  const rests = (index: number) => world.healths.stateOf({ ...target, key: `key-${index}` }).coolUntil > 0;
  expect([rests(0), rests(1), rests(10_000)]).toEqual([false, true, true]);
});
