import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KeyedBatches } from '@parley/server/adapters/model/keyed-batches';
import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { user } from '../contracts/journal-samples.ts';
import { keptKeys } from '../kit/kept-keys.ts';
import { REF } from '../kit/room-ref.ts';

const never = new AbortController().signal;
const RIVAL = { ...REF, tenant: must(mintTenant('rival'), 'a tenant') };
/** The keys that a provider without any batches was called with. */
const used: (string | undefined)[] = [];
const provider = createServer((request, response) => {
  used.push(request.headers.authorization);
  response.setHeader('content-type', 'application/json');
  response.end('{"object":"list","data":[],"has_more":false}');
});
let host: string;
let keys: ReturnType<typeof keptKeys>;
let accounts: KeyedBatches;
beforeAll(async () => {
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address object.
  host = `127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
afterAll(() => provider.close());
beforeEach(() => {
  used.length = 0;
  keys = keptKeys();
  accounts = new KeyedBatches({ baseURL: `http://${host}/v1`, model: 'm', apiKey: 'the-servers' }, keys);
});

test('G5 G9 a batch is on the account of its tenant where that brought a key, else on the server’s, and never on a person’s', async () => {
  await keys.put(REF.tenant, null, host, 'acmes-own');
  await keys.put(REF.tenant, user('ana'), host, 'anas-own');
  await keys.put(RIVAL.tenant, user('ana'), host, 'her-other');
  for (const ref of [REF, RIVAL]) await (await accounts.for(ref)).find('b_1', never);
  expect(used).toEqual(['Bearer acmes-own', 'Bearer the-servers']);
  expect((await accounts.for(REF)).provider).toEqual({ provider: host, model: 'm', keyOf: 'tenant' });
  expect((await accounts.for(RIVAL)).provider).not.toHaveProperty('keyOf');
});

test('G6 G9 a batch has the price that the operator named for batches, on whoever’s account it is', async () => {
  const price = { input: 0.5, output: 2 };
  accounts = new KeyedBatches({ baseURL: `http://${host}/v1`, model: 'm', apiKey: 'the-servers', price }, keys);
  await keys.put(REF.tenant, null, host, 'acmes-own');
  expect((await accounts.for(REF)).provider).toEqual({ provider: host, model: 'm', keyOf: 'tenant', price });
  expect((await accounts.for(RIVAL)).provider).toEqual({ provider: host, model: 'm', price });
});

test('G5 G9 a key that was taken away is used for no batch any more, at once', async () => {
  await keys.put(REF.tenant, null, host, 'acmes-own');
  await (await accounts.for(REF)).find('b_1', never);
  await keys.drop(REF.tenant, null, host);
  await (await accounts.for(REF)).find('b_1', never);
  expect(used).toEqual(['Bearer acmes-own', 'Bearer the-servers']);
});
