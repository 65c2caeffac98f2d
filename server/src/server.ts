import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './edge/app.ts';
import { Requests } from './edge/requests.ts';
import { refusingRevoked, Revocations } from './edge/revocations.ts';
import { RoomLinks } from './edge/room-links.ts';
import { Sockets } from './edge/sockets.ts';
import type { StaticFiles } from './edge/static-files.ts';
import { Tickets } from './edge/tickets.ts';
import { Upgrades } from './edge/upgrade.ts';
import type { JsonWebKeySet } from './edge/edge.ts';
import type { Accounts } from './ports/accounts.ts';
import type { Audit } from './ports/audit.ts';
import type { BudgetTable } from './ports/budgets.ts';
import type { People } from './ports/people.ts';
import type { ProviderKeys } from './ports/provider-keys.ts';
import type { Registry } from './ports/registry.ts';
import type { ResourceTable } from './ports/resource-table.ts';
import type { Tools } from './ports/tools.ts';
import type { Sealer, Vault } from './ports/vault.ts';
import type { Sign, Verify } from './ports/verify.ts';
import { BackgroundLane } from './room/background/background-lane.ts';
import { digestJob } from './room/background/digest-job.ts';
import { titleJob } from './room/background/title-job.ts';
import { Budgets } from './room/budgets.ts';
import { Rooms, type RoomsDeps } from './room/rooms.ts';

export interface ServerDeps extends Omit<RoomsDeps, 'lobby' | 'idleMs' | 'budgets'> {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly origins: readonly string[];
  readonly verify: Verify;
  readonly registry: Registry;
  readonly vault: Vault;
  readonly audit: Audit;
  readonly people: People;
  readonly sealer: Sealer;
  readonly accounts: Accounts;
  /** Null with an outside authority. */
  readonly resources: ResourceTable | null;
  readonly budgetTable: BudgetTable;
  readonly keys: ProviderKeys;
  readonly callKeys: JsonWebKeySet;
  readonly tools: Tools;
  /** Null outside development. */
  readonly sign: Sign | null;
  readonly files: StaticFiles;
  readonly inviteUrl: string | null;
  readonly metricsText: () => Promise<string>;
  /** The worst delay of the event loop since the last call, in milliseconds. */
  readonly loopLagMs: () => number;
  /** The same for what nobody waits for: each asks since its own last call. */
  readonly backgroundLagMs: () => number;
}

export interface RunningServer {
  /** Where people reach it, for instance `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Takes no more work, leaves all rooms in order, closes all connections; resolves with the rooms of which not all is on disk. */
  drain(): Promise<readonly string[]>;
}

const IDLE_ROOM_MS = 60_000;
/** How long sockets have to answer a close while the server ends. */
const FAREWELL_MS = 2_000;
/** An event loop that is later than this answers nobody in time. */
const MOST_LAG_MS = 1_000;
/** With one that is later than this, what nobody waits for has to wait (G9). */
const PRESSED_MS = 200;
/** How long a connection may take to say what it wants. */
const HEADERS_MS = 10_000;

/** Puts the parts together and listens. Rooms with unfinished work go on before the first request is taken (T44). */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { clock, ids, log, metrics } = deps;
  let draining = false;
  const development = deps.sign !== null;
  const revocations = new Revocations(deps.people);
  const verify = refusingRevoked(deps.verify, revocations);
  const budgets = new Budgets(deps.budgetTable, clock);
  const rooms = new Rooms({ ...deps, budgets, lobby: development, idleMs: IDLE_ROOM_MS });
  const background = new BackgroundLane({
    ...deps,
    rooms,
    budgets,
    kinds: { title: titleJob, digest: digestJob },
    pressed: () => draining || deps.backgroundLagMs() > PRESSED_MS,
  });
  const links = new RoomLinks({ bus: deps.bus, rooms, metrics });
  const requests = new Requests({ links, clock, ids, revocations });
  const tickets = new Tickets(clock, ids);
  const sockets = new Sockets(clock, metrics);
  const origins = { allowed: deps.origins, loopbackOnly: development };
  const readiness = {
    store: () => deps.journal.healthy(),
    responsive: () => deps.loopLagMs() < MOST_LAG_MS,
    accepting: () => !draining,
  };
  const app = createApp({ ...deps, budgets, verify, revocations, links, requests, tickets, origins, readiness });
  const upgrades = new Upgrades({
    links,
    verify,
    revocations,
    clock,
    ids,
    log,
    metrics,
    tickets,
    origins,
    sockets,
    draining: () => draining,
  });

  const http = createServer({ headersTimeout: HEADERS_MS }, getRequestListener(app.fetch));
  http.on('upgrade', (request, socket, head) => upgrades.handle(request, socket, head));
  await rooms.recover();
  await background.start();
  const url = await listen(http, deps.host, deps.port);

  return {
    url,
    drain: async () => {
      draining = true;
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      await background.close();
      const unsaved = await rooms.drain();
      await sockets.closeAll(FAREWELL_MS);
      http.closeAllConnections();
      await closed;
      await deps.journal.close();
      return unsaved;
    },
  };
}

function listen(http: HttpServer, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve(urlOf(http, host));
    });
  });
}

function urlOf(http: HttpServer, host: string): string {
  // A listening TCP server has an address object; only pipes and closed servers have none.
  const { port } = http.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
