import type { RestPerson } from '../kit/server.ts';
import { chunk, sseServer, type Exchange, type SseServer } from '../kit/sse-server.ts';
import type { PersonWindow } from './person-window.ts';
import { Site } from './site.ts';

const MODEL = 'example-model';

/** Ana and Ben, rooms of theirs, and a model that says what the test has it say. */
export class TwoPeople {
  readonly model: SseServer;
  readonly site: Site;
  readonly ana: RestPerson;
  /** The one that was made last. */
  room = '';
  #rooms = 0;

  private constructor(model: SseServer, site: Site, ana: RestPerson) {
    this.model = model;
    this.site = site;
    this.ana = ana;
  }

  static async start(): Promise<TwoPeople> {
    const model = await sseServer();
    const site = await Site.start({ OPENAI_BASE_URL: model.baseURL, PARLEY_MODEL: MODEL });
    return new TwoPeople(model, site, await site.server.person('ana', 'Ana'));
  }

  /** A new room that Ana made and Ben was invited to. */
  async newRoom(title: string): Promise<void> {
    this.room = `room-${++this.#rooms}`;
    await this.ana.must('POST', '/v1/rooms', { id: this.room, title });
    await this.ana.must('PUT', `/v1/rooms/${this.room}/members/ben`, { role: 'speaker' });
  }

  /** Both in a new room, each in a window of their own, and each sees that the other is here. */
  async together(): Promise<[PersonWindow, PersonWindow]> {
    await this.newRoom('Den');
    const window = (who: string): Promise<PersonWindow> => this.site.open(`/?room=${this.room}&as=${who}`);
    const both = await Promise.all([window('ana'), window('ben')]);
    await both[0].page.getByText('Ben is here').waitFor();
    await both[1].page.getByText('Ana is here').waitFor();
    return both;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    await this.model[Symbol.asyncDispose]();
  }
}

/** Ends an answer with these words, and what it took. */
export function finish(exchange: Exchange, text: string): void {
  exchange.send(chunk({ content: text }));
  exchange.send({
    ...chunk({}, 'stop'),
    model: MODEL,
    usage: {
      prompt_tokens: 412,
      completion_tokens: 96,
      total_tokens: 508,
      prompt_tokens_details: { cached_tokens: 256 },
    },
  });
  exchange.send('[DONE]');
  exchange.response.end();
}
