import { ConsistencyPreference, CredentialsMethod, OpenFgaClient, type CheckError } from '@openfga/sdk';
import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../../core/tenant.ts';
import type { Authority, Readers } from '../../ports/authority.ts';
import type { Cancel, Clock } from '../../ports/system.ts';
import { Listeners } from '../store/listeners.ts';
import { fgaObject } from './fga-object.ts';
import { within } from '../tools/within.ts';

export interface OpenFgaOptions {
  readonly url: string;
  /** A store for each tenant: OpenFGA's own wall. A tenant without one has no readers of anything. */
  readonly stores: ReadonlyMap<string, string>;
  /** A pre-shared key, where the server asks for one. */
  readonly token: string | null;
  readonly clock: Clock;
}

/** An answer that comes later is no answer. */
const PATIENCE_MS = 1_000;
/** How long a change made there may go unnoticed here by somebody who is reading. */
const POLL_MS = 2_000;
/** OpenFGA's own limit of one batch. */
const MOST_CHECKS = 50;
const LONGEST_OBJECT = 256;
const MOST_ASKED = 10_000;
const PAGE = 100;

/** What is known of one tenant's store. */
interface Store {
  readonly tenant: Tenant;
  readonly client: OpenFgaClient;
  readonly asked: Set<ResourceId>;
  /** Up to where its changes were read. */
  feed: { readonly kind: 'time'; readonly from: string } | { readonly kind: 'token'; readonly token: string };
}

/** `user:<id>` is `reader` of `resource:<id>`, in a store of OpenFGA for each tenant. */
export class OpenFgaAuthority implements Authority {
  readonly #options: OpenFgaOptions;
  readonly #stores = new Map<string, Store>();
  readonly #watchers = new Listeners<[Tenant, readonly ResourceId[]]>();

  constructor(options: OpenFgaOptions) {
    this.#options = options;
  }

  async readers(tenant: Tenant, resources: readonly ResourceId[], users: readonly UserId[]): Promise<Readers> {
    const store = this.#store(tenant);
    if (store === null || users.length === 0) return new Map();
    // One that OpenFGA cannot name would have the whole batch refused.
    const named = resources.filter((resource) => fgaObject('resource', resource).length <= LONGEST_OBJECT);
    remember(store, named);
    try {
      return named.length === 0 ? new Map() : await this.#check(store.client, named, users);
    } catch {
      // Whatever went wrong there, the answer of this port is the same: nobody.
      return new Map();
    }
  }

  /** It is the authority; what tools say of its resources is not heard. */
  async learn(): Promise<void> {}

  watch(changed: Parameters<Authority['watch']>[0]): Cancel {
    let stopped = false;
    let cancelTimer: Cancel = () => {};
    const stop = this.#watchers.add(changed);
    const poll = async (): Promise<void> => {
      await this.#poll();
      if (!stopped) cancelTimer = this.#options.clock.after(POLL_MS, () => void poll());
    };
    cancelTimer = this.#options.clock.after(POLL_MS, () => void poll());
    return () => {
      stopped = true;
      cancelTimer();
      stop();
    };
  }

  async #check(client: OpenFgaClient, resources: readonly ResourceId[], users: readonly UserId[]): Promise<Readers> {
    const asked = resources.flatMap((resource) => users.map((user) => ({ resource, user })));
    const checks = asked.map(({ resource, user }, place) => ({
      user: fgaObject('user', user),
      relation: 'reader',
      object: fgaObject('resource', resource),
      correlationId: String(place),
    }));
    const options = { consistency: ConsistencyPreference.HigherConsistency, maxBatchSize: MOST_CHECKS };
    const { result } = await this.#inTime(client.batchCheck({ checks }, options));
    const answers = new Map(result.map((one) => [one.correlationId, one]));
    const readers = new Map(resources.map((resource) => [resource, new Set<UserId>()]));
    for (const [place, { resource, user }] of asked.entries()) {
      const answer = answers.get(String(place));
      // One person it could not tell of closes the resource: a part of an answer is none.
      if (answer === undefined || failed(answer.error)) readers.delete(resource);
      else if (answer.allowed) readers.get(resource)?.add(user);
    }
    return readers;
  }

  /** Any change may reach any resource through groups, so all that was asked about is asked again. */
  async #poll(): Promise<void> {
    for (const store of this.#stores.values())
      if (await this.#changed(store)) this.#watchers.tell(store.tenant, [...store.asked]);
  }

  /** A feed that cannot be read is a change: asking again closes what nobody answers for. */
  async #changed(store: Store): Promise<boolean> {
    const { feed, client } = store;
    try {
      const [from, options] =
        feed.kind === 'time'
          ? [{ type: '', startTime: feed.from }, {}]
          : [undefined, { continuationToken: feed.token }];
      const page = await this.#inTime(client.readChanges(from, { pageSize: PAGE, ...options }));
      if (page.continuation_token) store.feed = { kind: 'token', token: page.continuation_token };
      return page.changes.length > 0;
    } catch {
      return true;
    }
  }

  #store(tenant: Tenant): Store | null {
    const storeId = this.#options.stores.get(tenant.id);
    if (storeId === undefined) return null;
    const from = new Date(this.#options.clock.now()).toISOString();
    const known: Store = this.#stores.get(tenant.id) ?? {
      tenant,
      client: this.#client(storeId),
      asked: new Set(),
      feed: { kind: 'time', from },
    };
    this.#stores.set(tenant.id, known);
    return known;
  }

  #client(storeId: string): OpenFgaClient {
    const { url, token } = this.#options;
    return new OpenFgaClient({
      apiUrl: url,
      storeId,
      retryParams: { maxRetry: 0 },
      baseOptions: { timeout: PATIENCE_MS },
      ...(token === null ? {} : { credentials: { method: CredentialsMethod.ApiToken, config: { token } } }),
    });
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    return within(work, PATIENCE_MS, new AbortController().signal, this.#options.clock);
  }
}

function remember({ asked }: Store, resources: readonly ResourceId[]): void {
  for (const resource of resources) asked.add(resource);
  for (const oldest of asked) {
    if (asked.size <= MOST_ASKED) return;
    asked.delete(oldest);
  }
}

/** Its documentation shows an error that holds an empty message where there is none. */
function failed(error: CheckError | undefined): boolean {
  return error !== undefined && error.message !== '';
}
