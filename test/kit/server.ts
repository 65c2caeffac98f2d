import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantRole } from '@parley/shared/roles';
import { ChildProgram } from './child-program.ts';

/** What one HTTP call came to; `body` is null where there is none. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** One person who calls the server's HTTP interface with a token of their own. */
export class RestPerson {
  readonly id: string;
  readonly token: string;
  readonly #url: string;

  constructor(url: string, id: string, token: string) {
    this.#url = url;
    this.id = id;
    this.token = token;
  }

  /** Rejects only when the server cannot be reached or goes away meanwhile. The caller names the shape it expects. */
  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await this.#fetch(method, path, sent);
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
  }

  /** An answer that is not JSON, once all of it is there. */
  async text(path: string): Promise<string> {
    return (await this.#fetch('GET', path, {})).text();
  }

  /** A call that has to succeed: rejects on any status but 2xx. */
  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer.status < 200 || answer.status > 299)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  #fetch(method: string, path: string, sent: { readonly body?: string }): Promise<Response> {
    const type: Record<string, string> = sent.body === undefined ? {} : { 'content-type': 'application/json' };
    return fetch(`${this.#url}${path}`, {
      method,
      // A connection that is kept may be closed by the server in the moment in which it is used again.
      headers: { authorization: `Bearer ${this.token}`, connection: 'close', ...type },
      ...sent,
    });
  }
}

export interface ServerOptions {
  /** Settings over the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** A data folder that stays when the server is disposed of; one of its own otherwise. */
  readonly data?: string;
}

/**
 * The real server in a process of its own, on a free port of the loopback. It can be killed and started
 * again on the same data and the same port, as after a crash.
 */
export class RealServer {
  readonly data: string;
  readonly url: string;
  #program: ChildProgram;
  readonly #env: Readonly<Record<string, string>>;
  readonly #ownsData: boolean;

  private constructor(
    program: ChildProgram,
    url: string,
    { env = {}, data }: ServerOptions & { readonly data: string },
    ownsData: boolean,
  ) {
    this.#program = program;
    this.url = url;
    this.data = data;
    this.#env = env;
    this.#ownsData = ownsData;
  }

  /** Resolves when it listens; rejects, with what it said, when it ends without. */
  static async start(options: ServerOptions = {}): Promise<RealServer> {
    const data = options.data ?? mkdtempSync(join(tmpdir(), 'parley-data-'));
    const program = launch({ PARLEY_PORT: '0', PARLEY_DATA: data, ...options.env });
    return new RealServer(program, await listening(program), { ...options, data }, options.data === undefined);
  }

  /** The process that runs now. */
  get program(): ChildProgram {
    return this.#program;
  }

  /** `ws://…`, for sockets. */
  get socketUrl(): string {
    return this.url.replace(/^http/u, 'ws');
  }

  /** A development token. */
  async token(user: string, name = user, tenant?: string, role?: TenantRole): Promise<string> {
    const response = await fetch(`${this.url}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        user,
        name,
        ...(tenant === undefined ? {} : { tenant }),
        ...(role === undefined ? {} : { role }),
      }),
    });
    if (!response.ok) throw new Error(`POST /dev/token: ${response.status}`);
    return ((await response.json()) as { token: string }).token;
  }

  async person(user: string, name = user): Promise<RestPerson> {
    return new RestPerson(this.url, user, await this.token(user, name));
  }

  /** SIGKILL: nothing in the server gets to run any more. */
  async kill(): Promise<void> {
    await this.#program.stop('SIGKILL');
  }

  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number> {
    return this.#program.stop('SIGTERM');
  }

  /**
   * Starts it again on the same data and port; it has to have ended. Resolves when it listens. While nobody listened,
   * a connection of some other test may have been given that port: then it is tried again until the port is free.
   */
  async restart(): Promise<void> {
    const env = { ...this.#env, PARLEY_PORT: new URL(this.url).port, PARLEY_DATA: this.data };
    for (let left = 20; ; left -= 1) {
      this.#program = launch(env);
      try {
        await listening(this.#program);
        return;
      } catch (error) {
        if (left === 0 || !this.#program.output.includes('EADDRINUSE')) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#ownsData) rmSync(this.data, { recursive: true, force: true });
  }
}

/** A real server with settings over the usual ones. */
export function startServer(env: Readonly<Record<string, string>> = {}): Promise<RealServer> {
  return RealServer.start({ env });
}

/** Whatever model the machine that runs the tests has configured is not asked. */
const NO_MODEL = { OPENAI_BASE_URL: '', OPENAI_API_KEY: '', PARLEY_MODEL: '' };

function launch(env: Readonly<Record<string, string>>): ChildProgram {
  return new ChildProgram(['server/src/main.ts'], { ...NO_MODEL, ...env });
}

async function listening(program: ChildProgram): Promise<string> {
  const [, url = ''] = await program.said(/"event":"listening".*?"url":"([^"]+)"/u);
  return url;
}
