import { fault, FaultCode, ok, refuse, type Fault, type Result } from '@parley/shared/fault';

/** One page of a list; `next` is what to ask for the next one with, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
export type Query = Readonly<Record<string, string | null>>;

interface Ask {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** What an answer has to look like; the schemas of shared/src are this. */
interface Shape<T> {
  safeParse(said: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** The HTTP routes of one server, as whoever the token names. Every refusal is a fault; nothing here throws. */
export class Rest {
  readonly #server: string;
  readonly #token: () => string | Promise<string>;

  constructor(server: string, token: () => string | Promise<string>) {
    this.#server = server;
    this.#token = token;
  }

  /** What stands at `path`; fields of `query` that are empty or null are left out. */
  read<T>(path: string, schema: Shape<T>, query: Query = {}): Promise<Result<T>> {
    return this.send({ method: 'GET', path: withQuery(path, query) }, schema);
  }

  async send<T>(ask: Ask, schema: Shape<T>): Promise<Result<T>> {
    const response = await this.#ask(ask);
    if (!response.ok) return response;
    const said: unknown = await response.value.json().catch(() => null);
    const parsed = schema.safeParse(said);
    return parsed.success ? ok(parsed.data) : refuse('internal');
  }

  /** Takes away what stands at `path`. */
  drop(path: string): Promise<Result<null>> {
    return this.act({ method: 'DELETE', path });
  }

  /** What is answered without words. */
  async act(ask: Ask): Promise<Result<null>> {
    const response = await this.#ask(ask);
    return response.ok ? ok(null) : response;
  }

  /** A file, which a link could not fetch: it needs the token. */
  async file(path: string, query: Query): Promise<Result<Blob>> {
    const response = await this.#ask({ method: 'GET', path: withQuery(path, query) });
    return response.ok ? { ok: true, value: await response.value.blob() } : response;
  }

  async #ask({ method, path, body }: Ask): Promise<Result<Response>> {
    try {
      const headers = { authorization: `Bearer ${await this.#token()}`, 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${this.#server}${path}`, { method, headers, ...sent });
      return response.ok ? { ok: true, value: response } : { ok: false, fault: await faultOf(response) };
    } catch (error) {
      return { ok: false, fault: fault('unavailable', error instanceof Error ? error.message : String(error)) };
    }
  }
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([key, value]) => (value === null || value === '' ? [] : [[key, value]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

async function faultOf(response: Response): Promise<Fault> {
  const said: unknown = await response.json().catch(() => null);
  const code = FaultCode.safeParse(fieldOf(said, 'code'));
  const detail = fieldOf(said, 'detail');
  if (!code.success) return fault('internal', `${response.status}`);
  return fault(code.data, typeof detail === 'string' ? detail : undefined);
}

function fieldOf(said: unknown, field: string): unknown {
  return typeof said === 'object' && said !== null ? Reflect.get(said, field) : undefined;
}
