import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

/*
 * OpenFGA itself is a Go program, and no package of npm or of Debian carries it. So this double checks what it is sent by the
 * published schema, and refuses what the real one would refuse.
 */

/** As OpenFGA checks them: `type:id`, an id without `:`, `#`, `@` or space, `*` alone for everybody. */
const FgaObject = z
  .string()
  .max(256)
  .regex(/^[^:#@\s]+:[^:#@\s*]+$/);
const BatchCheck = z.strictObject({
  checks: z
    .array(
      z.strictObject({
        tuple_key: z.strictObject({ user: FgaObject, relation: z.literal('reader'), object: FgaObject }),
        correlation_id: z.string().regex(/^[\w-]{1,36}$/),
      }),
    )
    .min(1)
    .max(50),
  consistency: z.literal('HIGHER_CONSISTENCY'),
});

interface Change {
  readonly user: string;
  readonly object: string;
}

/**
 * A double of OpenFGA's wire, strict, and no more than this server uses of it: batch checks of direct tuples
 * and the feed of changes. It is not OpenFGA: it knows no model, no groups and no replication.
 */
export class OpenFgaDouble implements AsyncDisposable {
  /** `user object` of each store. */
  readonly tuples = new Map<string, Set<string>>();
  /** Objects of which it cannot tell. */
  readonly broken = new Set<string>();
  /** Answers nothing. */
  silent = false;
  status = 200;
  readonly bearers: (string | null)[] = [];
  batches = 0;
  readonly #changes = new Map<string, Change[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.bearers.push(request.headers.authorization?.replace(/^Bearer /, '') ?? null);
        if (this.silent) return;
        const answer = this.#answer(new URL(request.url ?? '/', 'http://fga'), Buffer.concat(parts).toString());
        const status = answer === null ? 400 : this.status;
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status === 200 ? answer : { code: 'validation_error', message: 'no' }));
      });
    });
  }

  static async start(): Promise<OpenFgaDouble> {
    const double = new OpenFgaDouble();
    double.#server.listen(0, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes or deletes `user` as a reader of `object`. */
  set(store: string, { user, object }: Change, may: boolean): void {
    const tuples = this.tuples.get(store) ?? new Set();
    this.tuples.set(store, tuples);
    if (may) tuples.add(`${user} ${object}`);
    else tuples.delete(`${user} ${object}`);
    this.#changes.set(store, [...(this.#changes.get(store) ?? []), { user, object }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer({ pathname, searchParams }: URL, body: string): object | null {
    const [, store = '', call = ''] = /^\/stores\/([^/]+)\/([a-z-]+)$/.exec(pathname) ?? [];
    if (call === 'batch-check') return this.#check(store, body);
    if (call !== 'changes') return null;
    const all = this.#changes.get(store) ?? [];
    const from = Number(searchParams.get('continuation_token') ?? 0);
    const page = all.slice(from, from + Number(searchParams.get('page_size')));
    return {
      changes: page.map(({ user, object }) => ({
        tuple_key: { user, relation: 'reader', object },
        operation: 'TUPLE_OPERATION_WRITE',
        timestamp: '2025-01-01T00:00:00Z',
      })),
      continuation_token: String(from + page.length),
    };
  }

  #check(store: string, body: string): object | null {
    const parsed = BatchCheck.safeParse(JSON.parse(body));
    if (!parsed.success) return null;
    this.batches++;
    const result = parsed.data.checks.map(({ correlation_id, tuple_key: { user, object } }) => [
      correlation_id,
      this.broken.has(object)
        ? { error: { internal_error: 'internal_error', message: 'cannot tell' } }
        : { allowed: this.tuples.get(store)?.has(`${user} ${object}`) === true },
    ]);
    return { result: Object.fromEntries(result) as object };
  }
}
