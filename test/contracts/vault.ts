import type { LinkedCredential, Vault } from '@parley/server/ports/vault';
import { ToolName } from '@parley/shared/tools';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tenant, user } from './journal-samples.ts';
import type { StoreWorld } from './store-world.ts';

const acme = tenant('acme');
const mail = ToolName.parse('mail');
const wiki = ToolName.parse('wiki');
const ada = user('ada');

function credential(accessToken: string): LinkedCredential {
  return { accessToken, refreshToken: null, expiresAt: 1_750_000_000_000 };
}

/** What every table of decisions about keys promises. */
export function keyPolicyContract(name: string, open: () => Promise<StoreWorld>): void {
  test(`G5 what an admin decided about keys holds for their tenant, until they decide again, after a restart too: ${name}`, async () => {
    const world = await open();
    const { keyPolicies } = world.store;
    expect(await keyPolicies.get(acme)).toBeNull();
    await keyPolicies.set(acme, { personal: true, fallback: true });
    await keyPolicies.set(acme, { personal: false, fallback: true });
    const again = (await world.reopen()).keyPolicies;
    expect(await again.get(acme)).toEqual({ personal: false, fallback: true });
    expect(await again.get(tenant('rival'))).toBeNull();
    await world.dispose();
  });
}

/** What every vault promises, whatever keeps it. */
export function vaultContract(name: string, open: () => Promise<StoreWorld>): void {
  describe(`vault contract: ${name}`, () => {
    let world: StoreWorld;
    let vault: Vault;
    beforeEach(async () => {
      world = await open();
      vault = world.store.vault;
    });
    afterEach(() => world.dispose());

    test('G5 a credential is of one tenant, person and tool', async () => {
      await vault.put(acme, ada, mail, credential('one'));
      expect(await vault.get(acme, ada, mail)).toEqual(credential('one'));
      expect(await vault.get(acme, ada, wiki)).toBeNull();
      expect(await vault.get(acme, user('bob'), mail)).toBeNull();
      expect(await vault.get(tenant('rival'), ada, mail)).toBeNull();
    });

    test('G5 a newer credential replaces, a dropped one is gone, and both outlive a restart', async () => {
      await vault.put(acme, ada, mail, credential('one'));
      await vault.put(acme, ada, wiki, credential('wiki'));
      const renewed = { ...credential('two'), refreshToken: 'r', expiresAt: null };
      await vault.put(acme, ada, mail, renewed);
      await vault.drop(acme, ada, wiki);
      await vault.drop(acme, ada, wiki);
      const again = (await world.reopen()).vault;
      expect(await again.get(acme, ada, mail)).toEqual(renewed);
      expect(await again.get(acme, ada, wiki)).toBeNull();
    });

    test('R12 everybody’s credentials of one tool go in one step that says what they were, and nobody else’s', async () => {
      await vault.put(acme, ada, mail, credential('ada'));
      await vault.put(acme, user('bob'), mail, credential('bob'));
      await vault.put(acme, ada, wiki, credential('wiki'));
      await vault.put(tenant('rival'), ada, mail, credential('rival'));
      const gone = await vault.dropAll(acme, mail);
      expect(gone.map(({ accessToken }) => accessToken).toSorted()).toEqual(['ada', 'bob']);
      expect(await vault.dropAll(acme, mail)).toEqual([]);
      const again = (await world.reopen()).vault;
      expect(await again.get(acme, user('bob'), mail)).toBeNull();
      expect(await again.get(acme, ada, wiki)).toEqual(credential('wiki'));
      expect(await again.get(tenant('rival'), ada, mail)).toEqual(credential('rival'));
    });
  });
}
