import { ChildProgram } from '../kit/child-program.ts';
import { RealServer, RestPerson } from '../kit/server.ts';

/** How a provider of a figure fails. */
export interface Plan {
  readonly fail?: number;
  readonly cut?: number;
}

export interface Stats {
  readonly calls: number;
  readonly answered: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls by the key that they came with. */
  readonly keys: Readonly<Record<string, number>>;
}

/** One turn as its speaker saw it. */
export interface Told {
  readonly outcome: string;
  readonly text: string;
  /** From the prompt to the outcome. */
  readonly ms: number;
}

const POLICY = { region: 'here', retention: 'none', tools: true };

/** A real server whose one model has two targets, each a provider in a process of its own. */
export class ModelWorld implements AsyncDisposable {
  readonly server: RealServer;
  readonly #providers: readonly { readonly program: ChildProgram; readonly url: string }[];
  #prompts = 0;

  private constructor(server: RealServer, providers: ModelWorld['providers']) {
    this.server = server;
    this.#providers = providers;
  }

  /** `more`: settings of the server over the usual ones. */
  static async start(
    plans: readonly [Plan, Plan],
    seed: number,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ModelWorld> {
    const providers = await Promise.all(plans.map((plan, index) => startProvider(`m${index}`, plan, seed + index)));
    const targets = providers.map(({ url }, index) => ({ baseUrl: `${url}/v1`, model: `m${index}`, policy: POLICY }));
    const models = JSON.stringify([{ name: 'bench', targets }]);
    const env = { PARLEY_MODELS: models, PARLEY_LOG: 'error', ...more };
    return new ModelWorld(await RealServer.start({ env }), providers);
  }

  get providers(): readonly { readonly program: ChildProgram; readonly url: string }[] {
    return this.#providers;
  }

  stats(): Promise<Stats[]> {
    return Promise.all(this.#providers.map(async ({ url }) => (await (await fetch(`${url}/stats`)).json()) as Stats));
  }

  /** People who each have a room of their own. */
  async people(many: number): Promise<RestPerson[]> {
    const people = await Promise.all(Array.from({ length: many }, (_, n) => this.server.person(`p${n}`)));
    for (const person of people) await person.must('POST', '/v1/rooms', { id: `r-${person.id}`, title: 'Room' });
    return people;
  }

  async admin(): Promise<RestPerson> {
    return new RestPerson(this.server.url, 'root', await this.server.token('root', 'root', undefined, 'admin'));
  }

  async turn(person: RestPerson): Promise<Told> {
    this.#prompts += 1;
    const path = `/v1/rooms/r-${person.id}`;
    const asked = performance.now();
    const prompt = { id: `b-${this.#prompts}`, text: `question ${this.#prompts}` };
    const { turn } = await person.must<{ turn: string }>('POST', `${path}/prompts`, prompt);
    const told = await person.must<Omit<Told, 'ms'>>('GET', `${path}/turns/${turn}?wait=30`);
    return { ...told, ms: performance.now() - asked };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await Promise.all(this.#providers.map(({ program }) => program.stop()));
  }
}

async function startProvider(name: string, { fail = 0, cut = 0 }: Plan, seed: number) {
  const env = { NAME: name, FAIL: String(fail), CUT: String(cut), SEED: String(seed) };
  const program = new ChildProgram(['test/bench/servers/faulty-model.ts'], env);
  const [url] = await program.said(/http:\/\/[\d.:]+/);
  return { program, url };
}
