import type { AskingProvider } from './asking-provider.ts';
import { RealServer, RestPerson } from './server.ts';
import { ToolServer } from './tool-server.ts';

/** A real server whose model asks for calls, with a tool `drive` behind it, two people and an admin of their organisation. */
export class DriveWorld<P extends AskingProvider> implements AsyncDisposable {
  readonly provider: P;
  readonly drive: ToolServer;
  readonly server: RealServer;
  readonly ana: RestPerson;
  readonly bob: RestPerson;
  readonly root: RestPerson;
  #prompts = 0;

  private constructor(
    provider: P,
    drive: ToolServer,
    server: RealServer,
    people: readonly [RestPerson, RestPerson, RestPerson],
  ) {
    this.provider = provider;
    this.drive = drive;
    this.server = server;
    [this.ana, this.bob, this.root] = people;
  }

  /** With a log that says all it can. */
  static async start<P extends AskingProvider>(provider: P): Promise<DriveWorld<P>> {
    const drive = await ToolServer.start();
    const server = await RealServer.start({ env: { ...provider.env, PARLEY_LOG: 'debug' } });
    const [ana, bob] = await Promise.all([server.person('ana'), server.person('bob')]);
    const root = new RestPerson(server.url, 'root', await server.token('root', 'root', undefined, 'admin'));
    return new DriveWorld(provider, drive, server, [ana, bob, root]);
  }

  /** The tool with these functions, each on its terms. */
  async register(
    functions: Readonly<Record<string, object>>,
    properties: Readonly<Record<string, object>> = {},
  ): Promise<void> {
    const parameters = { type: 'object', properties };
    this.drive.functions = Object.keys(functions).map((name) => ({ name, description: name, parameters }));
    const auth = { kind: 'parley', audience: 'https://drive.example' };
    const tool = { title: 'Drive', kind: 'http', url: `${this.drive.url}/http`, auth, functions };
    await this.root.must('PUT', '/v1/tools/drive', tool);
  }

  /** A room of Ana's that has the tool. */
  async room(id: string, policy: object = {}): Promise<void> {
    await this.ana.must('POST', '/v1/rooms', { id, title: id, policy });
    await this.ana.must('PUT', `/v1/rooms/${id}/members/bob`, { role: 'speaker' });
    await this.ana.must('PUT', `/v1/rooms/${id}/tools/drive`, { as: 'speaker' });
  }

  /** Resolves with the turn. */
  async submitted(person: RestPerson, room: string, text: string, audience: 'room' | 'me' = 'room'): Promise<string> {
    const prompt = { id: `p-${(this.#prompts += 1)}`, text, audience };
    return (await person.must<{ turn: string }>('POST', `/v1/rooms/${room}/prompts`, prompt)).turn;
  }

  /** The same, once it was answered. */
  async asked(...prompt: Parameters<DriveWorld<P>['submitted']>): Promise<string> {
    const [person, room] = prompt;
    const turn = await this.submitted(...prompt);
    await person.must('GET', `/v1/rooms/${room}/turns/${turn}?wait=20`);
    return turn;
  }

  /** What operators see: the log, the metrics and the audit trail. */
  async operatorsSee(): Promise<readonly [log: string, metrics: string, trail: string]> {
    const metrics = await (await fetch(`${this.server.url}/metrics`)).text();
    return [this.server.program.output, metrics, JSON.stringify(await this.root.must('GET', '/v1/audit?limit=500'))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.drive[Symbol.asyncDispose]();
    await this.provider[Symbol.asyncDispose]();
  }
}
