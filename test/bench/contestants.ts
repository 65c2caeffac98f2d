import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from './load/peer.ts';
import { MeasuredServer } from './measured-server.ts';

/** A server that readers and writers of one document can connect to. */
export interface Contestant extends AsyncDisposable {
  readonly server: MeasuredServer;
  /** Addresses for so many peers of a document. */
  peers(doc: string, count: number): Promise<Address[]>;
}

/** `ws` alone. */
export async function startBare(): Promise<Contestant> {
  const server = await MeasuredServer.start(new URL('servers/bare-ws.ts', import.meta.url));
  return plain(server, 'bare');
}

/** @hocuspocus/server in memory. */
export async function startHocuspocus(): Promise<Contestant> {
  const server = await MeasuredServer.start(new URL('servers/hocuspocus.ts', import.meta.url));
  return plain(server, 'hocuspocus');
}

function plain(server: MeasuredServer, dialect: Address['dialect']): Contestant {
  return {
    server,
    peers: async (doc, count) =>
      Array.from({ length: count }, () => ({ dialect, url: server.socketUrl, protocols: [], doc })),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The model server, which is not measured. */
export function startModel(): Promise<MeasuredServer> {
  return MeasuredServer.start(new URL('servers/model.ts', import.meta.url));
}

/** What keeps prompts and answers on disk, and nothing else: rooms are paths of its address. */
export function startLeast(model: MeasuredServer): Promise<MeasuredServer> {
  return MeasuredServer.start(new URL('servers/least.ts', import.meta.url), { OPENAI_BASE_URL: `${model.url}/v1` });
}

/** The room in which the figures of one room are taken. */
const ROOM = 'bench';

/** The server as `npm start` runs it, with its journal on disk, and one room that anybody may enter. */
export class Parley implements Contestant {
  readonly server: MeasuredServer;
  readonly #data: string;
  readonly #tokens = new Map<string, string>();

  private constructor(server: MeasuredServer, data: string) {
    this.server = server;
    this.#data = data;
  }

  static async start(model?: MeasuredServer): Promise<Parley> {
    const data = mkdtempSync(join(tmpdir(), 'parley-bench-'));
    const server = await MeasuredServer.start(new URL('../../server/src/main.ts', import.meta.url), {
      PARLEY_PORT: '0',
      PARLEY_DATA: data,
      OPENAI_BASE_URL: model === undefined ? '' : `${model.url}/v1`,
      OPENAI_API_KEY: '',
      PARLEY_MODEL: model === undefined ? '' : 'bench',
    });
    const parley = new Parley(server, data);
    await parley.makeRoom(ROOM);
    return parley;
  }

  /** The room's address for sockets. */
  get room(): string {
    return this.addressOf(ROOM);
  }

  addressOf(room: string): string {
    return `${this.server.socketUrl}/v1/rooms/${room}`;
  }

  async peers(doc: string, count: number, room = ROOM): Promise<Address[]> {
    const tokens = await this.people(count);
    const url = `${this.addressOf(room)}/docs/${doc}`;
    return tokens.map((token) => ({ dialect: 'stock', url, protocols: ['parley.v1', `bearer.${token}`], doc }));
  }

  /** Tokens of so many people; beyond a hundred they come with several devices. */
  people(count: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.token(`person-${index % 100}`)));
  }

  async token(user: string): Promise<string> {
    const known = this.#tokens.get(user);
    if (known !== undefined) return known;
    const { token } = (await this.#post('/dev/token', { user, name: user })) as { token: string };
    this.#tokens.set(user, token);
    return token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** A room that anybody may enter. */
  async makeRoom(id: string): Promise<void> {
    const policy = { join: 'tenant', limits: { promptsPerMinute: 10_000, queuePerPerson: 1_000 } };
    await this.#post('/v1/rooms', { id, title: 'Bench', policy }, await this.token('owner'));
  }

  async #post(path: string, body: object, token?: string): Promise<unknown> {
    const response = await fetch(`${this.server.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
