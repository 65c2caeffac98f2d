import { VaultKeys } from '@parley/server/adapters/credentials/provider-keys';
import { LastGood } from '@parley/server/adapters/credentials/last-good';
import { MemoryKeyPolicies } from '@parley/server/adapters/store/key-policies-memory';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import { DEFAULT_KEY_POLICY, keysInTurn } from '@parley/server/core/calling/key-choice';
import type { CallKey } from '@parley/server/ports/provider-keys';
import { describe, expect, test } from 'vitest';
import { tenant, user } from '../contracts/journal-samples.ts';
import { TestClock } from '../kit/clock.ts';
import { keptKeys } from '../kit/kept-keys.ts';
import { RecordingLog } from '../kit/log.ts';
import { REF } from '../kit/room-ref.ts';
import { settled } from '../kit/room-world.ts';

const ACME = REF.tenant;
const [ANA, BEN] = [user('ana'), user('ben')];
const as = (person: typeof ANA) => ({ ...REF, user: person });
const secretsOf = (keys: readonly CallKey[]) => keys.map((key) => (key.of === 'server' ? 'server' : key.secret));

describe('G5 whose key a call is made with', () => {
  test('G5 the speaker’s, else the tenant’s, else the server’s; the next one only where an admin said so', () => {
    const both = { speaker: true, tenant: true };
    expect(keysInTurn(both, DEFAULT_KEY_POLICY)).toEqual(['speaker']);
    expect(keysInTurn({ ...both, speaker: false }, DEFAULT_KEY_POLICY)).toEqual(['tenant']);
    expect(keysInTurn({ speaker: false, tenant: false }, DEFAULT_KEY_POLICY)).toEqual(['server']);
    expect(keysInTurn(both, { personal: true, fallback: true })).toEqual(['speaker', 'tenant', 'server']);
    expect(keysInTurn(both, { personal: false, fallback: false })).toEqual(['tenant']);
    expect(keysInTurn(both, { personal: false, fallback: true })).toEqual(['tenant', 'server']);
  });

  test('G5 a person’s key is for nobody else, no other tenant, no other provider and nothing that a room does by itself', async () => {
    const keys = keptKeys();
    await keys.put(ACME, ANA, 'works', 'anas-key');
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key']);
    for (const caller of [as(BEN), REF, { ...as(ANA), tenant: tenant('rival') }])
      expect(secretsOf(await keys.forCall(caller, 'works'))).toEqual(['server']);
    expect(secretsOf(await keys.forCall(as(ANA), 'works.other'))).toEqual(['server']);
    await keys.put(ACME, null, 'works', 'acmes-key');
    expect(secretsOf(await keys.forCall(as(BEN), 'works'))).toEqual(['acmes-key']);
    expect(secretsOf(await keys.forCall(REF, 'works'))).toEqual(['acmes-key']);
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key']);
    await keys.drop(ACME, ANA, 'works');
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['acmes-key']);
  });

  test('G5 the name of a key changes with it, and tells two people’s equal keys apart, without holding any', async () => {
    const keys = keptKeys();
    const nameOf = async (person: typeof ANA) => {
      const [key] = await keys.forCall(as(person), 'works');
      return key?.of === 'speaker' ? key.name : '';
    };
    await keys.put(ACME, ANA, 'works', 'same-key');
    await keys.put(ACME, BEN, 'works', 'same-key');
    const before = await nameOf(ANA);
    expect(await nameOf(BEN)).not.toBe(before);
    expect(before).not.toContain('same-key');
    await keys.put(ACME, ANA, 'works', 'new-key');
    expect(await nameOf(ANA)).not.toBe(before);
  });
});

describe('G5 a store that does not answer', () => {
  /** A store that throws, or hangs, once it is told to. */
  function failing() {
    const state = { mode: 'well' as 'well' | 'throws' | 'hangs' };
    const vault = new MemoryVault();
    const keyPolicies = new MemoryKeyPolicies();
    const through = <T>(read: () => Promise<T>): Promise<T> => {
      if (state.mode === 'throws') return Promise.reject(new Error('canary: the store is gone'));
      return state.mode === 'hangs' ? new Promise(() => {}) : read();
    };
    const clock = new TestClock();
    const log = new RecordingLog();
    const keys = new VaultKeys({
      ...{ clock, log, digest: (text: string | readonly string[]) => `hash of ${text.length}`, providers: new Map() },
      vault: {
        get: (...place) => through(() => vault.get(...place)),
        put: (...place) => through(() => vault.put(...place)),
        drop: (...place) => through(() => vault.drop(...place)),
      },
      keyPolicies: {
        get: (of) => through(() => keyPolicies.get(of)),
        set: (of, policy) => through(() => keyPolicies.set(of, policy)),
      },
    });
    return { state, keys, clock, log };
  }

  test('G5 after the first read what it said last holds: no call fails, and each time is an error in the log', async () => {
    const { state, keys, log } = failing();
    await keys.put(ACME, ANA, 'works', 'anas-key');
    await keys.put(ACME, null, 'works', 'acmes-key');
    await keys.setPolicy(ACME, { personal: true, fallback: true });
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key', 'acmes-key', 'server']);
    log.assertNoErrors();
    state.mode = 'throws';
    for (let call = 0; call < 3; call += 1)
      expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key', 'acmes-key', 'server']);
    expect(log.of('snapshot.store-unreachable')).toHaveLength(9);
    expect(JSON.stringify(log.lines)).not.toMatch(/canary|-key/u);
    // Nobody is told that something was taken away which was not.
    await expect(keys.drop(ACME, ANA, 'works')).rejects.toThrow();
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key', 'acmes-key', 'server']);
  });

  test('G5 what was taken away stays away, and of what was never read nothing is made up', async () => {
    const { state, keys } = failing();
    await keys.put(ACME, ANA, 'works', 'anas-key');
    await keys.drop(ACME, ANA, 'works');
    state.mode = 'throws';
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['server']);
    expect(secretsOf(await keys.forCall(as(BEN), 'works'))).toEqual(['server']);
  });

  test('G5 one that hangs is waited for a second and no longer', async () => {
    const { state, keys, clock } = failing();
    await keys.put(ACME, ANA, 'works', 'anas-key');
    state.mode = 'hangs';
    const call = keys.forCall(as(ANA), 'works');
    clock.advance(1_000);
    expect(secretsOf(await call)).toEqual(['anas-key']);
    expect(clock.pending).toEqual([]);
  });

  test('G5 after one answer that did not come in time nobody waits again for what is known, and one at a time looks whether the store is back', async () => {
    const { state, keys, clock, log } = failing();
    await keys.put(ACME, ANA, 'works', 'anas-key');
    await keys.put(ACME, null, 'works', 'acmes-key');
    expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key']);
    state.mode = 'hangs';
    const first = keys.forCall(as(ANA), 'works');
    clock.advance(1_000);
    expect(secretsOf(await first)).toEqual(['anas-key']);
    // Of two stores that hang, in two calls.
    for (let call = 0; call < 2; call += 1)
      expect(secretsOf(await keys.forCall(as(ANA), 'works'))).toEqual(['anas-key']);
    expect(clock.pending).toHaveLength(2);
    clock.advance(1_000);
    await settled();
    expect(log.of('snapshot.store-unreachable')).toHaveLength(3 + 2);
    // Of a person whom nobody asked about before nothing is known.
    const unknown = keys.forCall(as(BEN), 'works');
    clock.advance(1_000);
    expect(secretsOf(await unknown)).toEqual(['acmes-key']);
  });

  test('G5 a store that was late and is back is believed again from the look at it on', async () => {
    const clock = new TestClock();
    const last = new LastGood<string>('words', { clock, log: new RecordingLog() });
    const read = (from: () => Promise<string>) => last.read('id', from, 'nothing');
    await read(async () => 'old');
    const late = read(() => new Promise(() => {}));
    clock.advance(1_000);
    expect(await late).toBe('old');
    // Of what nothing is known the store is asked all the same.
    expect(await last.read('unknown', async () => 'its own', 'nothing')).toBe('its own');
    const again = read(() => new Promise(() => {}));
    clock.advance(1_000);
    expect(await again).toBe('old');
    expect(await read(async () => 'new')).toBe('old');
    await settled();
    expect(await read(async () => 'newer')).toBe('newer');
    expect(clock.pending).toEqual([]);
  });

  test('G5 what is taken away while the store is asked does not come back with its answer', async () => {
    const last = new LastGood<string | null>('keys', { clock: new TestClock(), log: new RecordingLog() });
    const [stale, other] = [Promise.withResolvers<string | null>(), Promise.withResolvers<string | null>()];
    const [asked, elsewhere] = [
      last.read('ana', () => stale.promise, null),
      last.read('ben', () => other.promise, null),
    ];
    last.keep('ana', null);
    stale.resolve('revoked-key');
    other.resolve('bens-key');
    expect([await asked, await elsewhere]).toEqual([null, 'bens-key']);
    const gone = () => Promise.reject<string>(new Error('gone'));
    expect([await last.read('ana', gone, 'x'), await last.read('ben', gone, 'x')]).toEqual([null, 'bens-key']);
  });

  test('G5 what is remembered is bounded: whatever was not asked about for longest goes first', async () => {
    const last = new LastGood<number>('numbers', { clock: new TestClock(), log: new RecordingLog() });
    for (let id = 0; id < 10_000; id += 1) last.keep(String(id), id);
    const gone = () => Promise.reject<number>(new Error('gone'));
    expect(await last.read('0', async () => 7, -1)).toBe(7);
    last.keep('one more', 1);
    expect(await last.read('0', gone, -1)).toBe(7);
    expect(await last.read('1', gone, -1)).toBe(-1);
    expect(await last.read('2', gone, -1)).toBe(2);
  });
});
