import { VaultKeys, type VaultKeysDeps } from '@parley/server/adapters/credentials/provider-keys';
import { hostDigest } from '@parley/server/adapters/host/system';
import { MemoryKeyPolicies } from '@parley/server/adapters/store/key-policies-memory';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import { TestClock } from './clock.ts';
import { RecordingLog } from './log.ts';

/** Keys of tenants and people in memory, for a provider `works` unless others are named. */
export function keptKeys(more: Partial<VaultKeysDeps> = {}): VaultKeys {
  return new VaultKeys({
    vault: new MemoryVault(),
    keyPolicies: new MemoryKeyPolicies(),
    digest: hostDigest,
    clock: new TestClock(),
    log: new RecordingLog(),
    providers: new Map([['works', ['A model']]]),
    ...more,
  });
}
