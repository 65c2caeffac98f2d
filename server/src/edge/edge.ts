import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Journal } from '../ports/journal.ts';
import type { Accounts } from '../ports/accounts.ts';
import type { ResourceTable } from '../ports/resource-table.ts';
import type { Audit } from '../ports/audit.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { People } from '../ports/people.ts';
import type { ProviderKeys } from '../ports/provider-keys.ts';
import type { Registry } from '../ports/registry.ts';
import type { Tools } from '../ports/tools.ts';
import type { Clock, Ids, Log, Metrics } from '../ports/system.ts';
import type { Budgets } from '../room/budgets.ts';
import type { Sign, Verify } from '../ports/verify.ts';
import type { OriginRules } from './origins.ts';
import type { Revocations } from './revocations.ts';
import type { Requests } from './requests.ts';
import type { RoomLinks } from './room-links.ts';
import type { StaticFiles } from './static-files.ts';
import type { Credential, Tickets } from './tickets.ts';

/** What the routes work with. */
export interface Edge {
  readonly verify: Verify;
  /** Signs tokens for anyone in development; null when real tokens are in use. */
  readonly sign: Sign | null;
  readonly journal: Pick<Journal, 'rooms'>;
  readonly accounts: Accounts;
  /** Who may read what, as admins keep it; null when an outside authority does. */
  readonly resources: ResourceTable | null;
  /** The public halves of the keys that sign calls of tools. */
  readonly callKeys: JsonWebKeySet;
  readonly registry: Registry;
  readonly jobs: Jobs;
  readonly audit: Audit;
  readonly budgets: Pick<Budgets, 'standing' | 'setLimit'>;
  readonly people: People;
  readonly keys: ProviderKeys;
  readonly tools: Tools;
  readonly links: RoomLinks;
  readonly requests: Requests;
  readonly revocations: Revocations;
  readonly tickets: Tickets;
  readonly origins: OriginRules;
  readonly files: StaticFiles;
  /** Where invitations go on; null: here. */
  readonly inviteUrl: string | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The metrics as Prometheus reads them. */
  readonly metricsText: () => Promise<string>;
  /** Each part that has to work before requests are welcome, by name. */
  readonly readiness: Readonly<Record<string, () => boolean | Promise<boolean>>>;
}

/** RFC 7517. */
export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface EdgeEnv {
  Variables: {
    /** Who asks; set for everything under `/v1`. */
    caller: Credential;
  };
}
export type EdgeApp = OpenAPIHono<EdgeEnv>;
