import { RawHttp } from './raw-http.ts';
import { RealServer, type RestPerson } from './server.ts';

/** A real server with rooms of Ana's, which Bob is in and Eve is not. */
export class AttackedServer implements AsyncDisposable {
  readonly server: RealServer;
  readonly wire: RawHttp;
  readonly ana: RestPerson;
  readonly bob: RestPerson;
  readonly eve: RestPerson;
  /** The one that was made last. */
  room = '';
  #rooms = 0;

  private constructor(server: RealServer, [ana, bob, eve]: readonly [RestPerson, RestPerson, RestPerson]) {
    this.server = server;
    this.wire = new RawHttp(server.url);
    this.ana = ana;
    this.bob = bob;
    this.eve = eve;
  }

  static async start(): Promise<AttackedServer> {
    const server = await RealServer.start();
    const people = await Promise.all([server.person('ana'), server.person('bob'), server.person('eve')]);
    return new AttackedServer(server, people);
  }

  async newRoom(): Promise<string> {
    this.room = `room-${(this.#rooms += 1)}`;
    await this.ana.must('POST', '/v1/rooms', { id: this.room, title: 'Den' });
    await this.ana.must('PUT', `/v1/rooms/${this.room}/members/bob`, { role: 'speaker' });
    return this.room;
  }

  /** A path of that room. */
  api(path = ''): string {
    return `/v1/rooms/${this.room}${path}`;
  }

  /** Fails when a person would have to look. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    if (this.server.program.output.includes('"level":"error"')) throw new Error(this.server.program.output);
  }
}
