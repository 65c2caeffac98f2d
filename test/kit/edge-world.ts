import { MemoryAuthority } from '@parley/server/adapters/authority/authority-memory';
import { MemoryAudit } from '@parley/server/adapters/store/audit-memory';
import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import { MemoryJobs } from '@parley/server/adapters/store/jobs-memory';
import { MemoryKeyPolicies } from '@parley/server/adapters/store/key-policies-memory';
import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import type { Principal } from '@parley/server/core/people/principal';
import { mintTenant, roomKey, type RoomRef } from '@parley/server/core/tenant';
import { createApp } from '@parley/server/edge/app';
import type { EdgeApp } from '@parley/server/edge/edge';
import { Requests } from '@parley/server/edge/requests';
import { refusingRevoked, Revocations } from '@parley/server/edge/revocations';
import { RoomLinks } from '@parley/server/edge/room-links';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import type { BudgetTable } from '@parley/server/ports/budgets';
import type { KeyPolicyTable } from '@parley/server/ports/provider-keys';
import type { Vault } from '@parley/server/ports/vault';
import { Budgets } from '@parley/server/room/budgets';
import type { StaticFiles } from '@parley/server/edge/static-files';
import { Tickets } from '@parley/server/edge/tickets';
import type { CommandResult, EdgeMessage, OwnerEnd, OwnerMessage } from '@parley/server/ports/bus';
import type { Accounts } from '@parley/server/ports/accounts';
import type { ResourceTable } from '@parley/server/ports/resource-table';
import type { RoomListing } from '@parley/server/ports/journal';
import type { RoomOverview } from '@parley/server/ports/people';
import type { Verdict, Verify } from '@parley/server/ports/verify';
import type { Command } from '@parley/shared/commands';
import { fault, type Fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import type { TenantRole } from '@parley/shared/roles';
import { must } from '@parley/shared/assert';
import { TestClock } from './clock.ts';
import { seededIds } from './ids.ts';
import { ListedTools } from './listed-tools.ts';
import { keptKeys } from './kept-keys.ts';
import { noAccounts } from './no-accounts.ts';
import { RecordingLog } from './log.ts';
import { RecordingMetrics } from './metrics.ts';

/** The room's side of the bus, under a test's control: it keeps what the edge sends and says what it is told to. */
export class ScriptedRoom {
  readonly heard: EdgeMessage[] = [];
  /** What every command is answered; null keeps it waiting. */
  answer: (command: Command, by: Principal) => CommandResult | null = () => refused(fault('not_found'));
  /** What else happens when a message arrives. */
  onMessage: (message: EdgeMessage) => void = () => {};
  readonly #end: OwnerEnd;
  #waiting: (() => void)[] = [];

  constructor(bus: MemoryBus, ref: RoomRef) {
    this.#end = bus.own(ref, (message) => this.#receive(message));
  }

  say(...messages: readonly OwnerMessage[]): void {
    for (const message of messages) this.#end.publish(message);
  }

  /** Resolves with the first message of a type, past or to come. */
  async hears<T extends EdgeMessage['type']>(type: T, nth = 1): Promise<Extract<EdgeMessage, { type: T }>> {
    for (;;) {
      const found = this.heard.filter((message): message is Extract<EdgeMessage, { type: T }> => message.type === type)[
        nth - 1
      ];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #receive(message: EdgeMessage): void {
    this.heard.push(message);
    this.onMessage(message);
    if (message.type === 'command') {
      const result = this.answer(message.command, message.principal);
      if (result !== null) this.say({ type: 'reply', peer: message.peer, request: message.request, result });
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export function refused(value: Fault): CommandResult {
  return { ok: false, fault: value };
}

export interface TestToken {
  readonly user: string;
  readonly tenant?: string;
  readonly role?: TenantRole;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Milliseconds since the epoch. */
  readonly issuedAt?: number;
}

/** A token that {@link testVerify} takes; three parts that look like a JWT's. */
export function testToken(token: TestToken): string {
  return `eyJ0.${Buffer.from(JSON.stringify(token)).toString('base64url')}.sig`;
}

export const FAR_FUTURE = 9_000_000_000_000;

/** Believes every {@link testToken}; anything else is forged. */
export const testVerify: Verify = {
  verify: async (token): Promise<Verdict> => {
    const body = /^eyJ0\.([\w-]+)\.sig$/.exec(token)?.[1];
    if (body === undefined) return { kind: 'invalid', reason: 'signature' };
    const {
      user,
      tenant = 'acme',
      role = 'member',
      expiresAt = FAR_FUTURE,
      issuedAt = 1,
    } = JSON.parse(Buffer.from(body, 'base64url').toString()) as TestToken;
    const principal = {
      tenant: must(mintTenant(tenant), 'a tenant'),
      user: user as UserId,
      name: user,
      role,
      groups: [],
      issuedAt,
    };
    return { kind: 'valid', principal, expiresAt };
  },
};

export interface EdgeWorldOptions {
  readonly verify?: Verify;
  readonly development?: boolean;
  readonly files?: StaticFiles;
  readonly inviteUrl?: string | null;
  readonly allowed?: readonly string[];
  readonly accounts?: Accounts;
  /** Null: an outside authority. */
  readonly resources?: ResourceTable | null;
}

/** The edge with nothing real below it. */
export class EdgeWorld {
  readonly clock = new TestClock();
  readonly ids = seededIds(7);
  readonly log = new RecordingLog();
  readonly metrics = new RecordingMetrics();
  readonly bus = new MemoryBus();
  readonly links: RoomLinks;
  readonly tickets: Tickets;
  readonly registry = new MemoryRegistry();
  readonly audit = new MemoryAudit();
  readonly jobs = new MemoryJobs();
  readonly budgetTable: BudgetTable = new MemoryBudgets(this.audit);
  readonly budgets = new Budgets(this.budgetTable, this.clock);
  readonly tools = new ListedTools();
  readonly keyPolicies: KeyPolicyTable = new MemoryKeyPolicies();
  readonly vault: Vault = new MemoryVault();
  readonly keys = keptKeys({ clock: this.clock, log: this.log, keyPolicies: this.keyPolicies, vault: this.vault });
  /** The rooms of every tenant, as its admins see them. */
  overviews: RoomOverview[] = [];
  readonly people = new MemoryPeople({ overviews: () => this.overviews });
  readonly revocations = new Revocations(this.people);
  readonly app: EdgeApp;
  /** What a person's list holds. */
  listings: RoomListing[] = [];
  ready = true;
  /** Answers of `ensure`, for rooms that cannot be had. */
  available = true;
  readonly #rooms = new Map<string, ScriptedRoom>();

  constructor(options: EdgeWorldOptions = {}) {
    const { verify = testVerify, development = false, files = new Map(), inviteUrl = null, allowed = [] } = options;
    const { clock, ids, log, metrics } = this;
    const ensure = async () => (this.available ? ({ kind: 'here' } as const) : ({ kind: 'unavailable' } as const));
    this.links = new RoomLinks({ bus: this.bus, rooms: { ensure }, metrics });
    this.tickets = new Tickets(clock, ids);
    this.app = createApp({
      verify: refusingRevoked(verify, this.revocations),
      sign: development ? { sign: async ({ user }) => testToken({ user }) } : null,
      journal: {
        rooms: async (_tenant, _user, after, limit) =>
          this.listings.filter(({ id }) => after === null || id > after).slice(0, limit),
      },
      accounts: options.accounts ?? noAccounts,
      resources: options.resources === undefined ? new MemoryAuthority() : options.resources,
      callKeys: { keys: [] },
      links: this.links,
      requests: new Requests({ links: this.links, clock, ids, revocations: this.revocations }),
      registry: this.registry,
      jobs: this.jobs,
      audit: this.audit,
      budgets: this.budgets,
      people: this.people,
      keys: this.keys,
      tools: this.tools,
      revocations: this.revocations,
      tickets: this.tickets,
      origins: { allowed, loopbackOnly: development },
      files,
      inviteUrl,
      clock,
      ids,
      log,
      metrics,
      metricsText: async () => '# HELP parley_peers sockets\n',
      readiness: { store: async () => this.ready },
    });
  }

  room(room: string, tenant = 'acme'): ScriptedRoom {
    const ref = refOf(room, tenant);
    const key = roomKey(ref);
    const known = this.#rooms.get(key) ?? new ScriptedRoom(this.bus, ref);
    this.#rooms.set(key, known);
    return known;
  }

  /** One request of a person; a body is sent as JSON. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { as = 'ana', token = testToken({ user: as }), body, headers = {} } = options;
    const all: Record<string, string> = { host: '127.0.0.1:8787', ...headers };
    if (token !== null) all['authorization'] = `Bearer ${token}`;
    if (body !== undefined) all['content-type'] ??= 'application/json';
    const init = {
      method,
      headers: all,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    return this.app.request(path, init);
  }
}

export interface CallOptions {
  readonly as?: string;
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

function refOf(room: string, tenant = 'acme'): RoomRef {
  return { tenant: must(mintTenant(tenant), 'a tenant'), room: room as RoomRef['room'] };
}
