import { TURNS } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { RoomId } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { CountingModel } from '../kit/counting-model.ts';
import { mulberry32 } from '../kit/ids.ts';
import { RealServer, type RestPerson } from '../kit/server.ts';
import { readRooms } from './disk.ts';
import { ClientAsker, Editor, Onlooker, RestAsker, type Busy } from './people.ts';
import { PromiseRecord } from './record.ts';
import { entriesOf, judge, type RoomAfter, type Verdict } from './verdict.ts';

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
}

/** One run, as it is kept. All of `broken` has to be empty. */
export interface KillFigures {
  readonly seed: number;
  readonly kills: number;
  readonly killedAt: Readonly<Record<string, number>>;
  readonly promptsAcknowledged: number;
  readonly editsAcknowledged: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Turns that a crash cost more than one model call. */
  readonly turnsCalledAgain: number;
  readonly modelCalls: number;
  readonly entriesReaderSaw: number;
  readonly restartMs: { readonly median: number; readonly most: number };
  readonly seconds: number;
  readonly cores: number;
  readonly broken: Verdict & {
    readonly lostEdits: readonly string[];
    /** The reader's closes, gaps, and entries that were shown and are not what the journal says. */
    readonly readerOffences: readonly string[];
    /** Documents with tickets or running answers after everything ended. */
    readonly unfinished: readonly string[];
    /** Lines that the server wrote for a person to look at. */
    readonly serverErrors: readonly string[];
  };
}

const DEN = RoomId.parse('den');
const ANNEX = RoomId.parse('annex');
const LONGEST_LIFE_MS = 500;
/** A life may end at the first event of a kind, or at any of so many. */
const MOST_CALLS = 4;
const MOST_PROMISES = 12;
/** Everything may be answered before that many calls were needed. */
const LONGEST_WAIT_MS = 2_000;
const LONGEST_WORD_MS = 6;
/** Nobody is to be told to slow down. */
const POLICY = { limits: { promptsPerMinute: 10_000, queuePerPerson: 1_000, queuePerLane: 10_000 } };

/**
 * Kills a real server again and again, at random moments, while people work in two of its rooms, and
 * holds what is on disk in the end against what people were promised.
 */
export async function killAgainAndAgain({ kills, seed }: KillOptions): Promise<KillFigures> {
  const data = mkdtempSync(join(tmpdir(), 'parley-kill-'));
  // Every stock provider listens for the end of the process, and there are more than ten.
  setMaxListeners(50, process);
  try {
    const random = mulberry32(seed);
    await using model = await CountingModel.start(() => random() * LONGEST_WORD_MS);
    const run = new Run({ kills, seed, data, random, model });
    return await run.figures();
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

interface RunOptions extends KillOptions {
  readonly data: string;
  readonly random: () => number;
  readonly model: CountingModel;
}

class Run {
  readonly #options: RunOptions;
  readonly #record = new PromiseRecord();
  readonly #restarts: number[] = [];
  readonly #killedAt: Record<string, number> = {};
  readonly #serverErrors: string[] = [];
  readonly #back = new Set<() => void>();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async figures(): Promise<KillFigures> {
    const { kills, seed, model } = this.#options;
    const before = performance.now();
    const server = await this.#start();
    const cast = await this.#gather(server);
    for (let killed = 0; killed < kills; killed++) await this.#oneLife(server, cast.busy);
    const unheard = await this.#drain(server, cast);
    const [den, annex] = await readRooms(join(this.#options.data, 'server'), [DEN, ANNEX] as const);
    cast.onlooker.close();
    return {
      seed,
      kills,
      killedAt: this.#killedAt,
      promptsAcknowledged: this.#record.prompts.length,
      editsAcknowledged: this.#record.edits.length,
      outcomes: count(
        [...den.records, ...annex.records].flatMap((record) =>
          record.type === 'turn.ended' || record.type === 'ticket.ended' ? [record.outcome] : [],
        ),
      ),
      turnsCalledAgain: [...model.calls.values()].filter((calls) => calls > 1).length,
      modelCalls: [...model.calls.values()].reduce((sum, calls) => sum + calls, 0),
      entriesReaderSaw: cast.onlooker.seen.size,
      restartMs: {
        median: this.#restarts.toSorted((a, b) => a - b)[this.#restarts.length >> 1] ?? 0,
        most: Math.max(...this.#restarts),
      },
      seconds: Math.round((performance.now() - before) / 1_000),
      cores: availableParallelism(),
      broken: {
        ...both(this.#judge(den, ['ana', 'ben']), this.#judge(annex, ['cy', 'dee'])),
        lostEdits: lostEdits(this.#record.edits, den.notes),
        readerOffences: [...unheard, ...cast.onlooker.offences, ...changedSinceShown(cast.onlooker, den)],
        unfinished: [...den.unfinished, ...annex.unfinished],
        serverErrors: this.#serverErrors,
      },
    };
  }

  async #start(): Promise<RealServer> {
    const { data, model } = this.#options;
    // A compile cache, filled by the first start, takes half a second off every later one.
    const env = { OPENAI_BASE_URL: model.baseURL, NODE_COMPILE_CACHE: join(data, 'compiled'), PARLEY_LOG: 'error' };
    const server = await RealServer.start({ data: join(data, 'server'), env });
    await server.stop();
    await server.restart();
    return server;
  }

  async #gather(server: RealServer): Promise<Cast> {
    const [ana, ben, cy, dee] = [
      await server.person('ana'),
      await server.person('ben'),
      await server.person('cy'),
      await server.person('dee'),
    ];
    await found(DEN, ana, [ben, cy, dee]);
    await found(ANNEX, cy, [dee]);
    const at = { record: this.#record, random: this.#options.random };
    const back = (listener: () => void) => {
      this.#back.add(listener);
      return () => this.#back.delete(listener);
    };
    const askers = [new RestAsker(ana, DEN, at), new RestAsker(ben, DEN, at)];
    const clients = [cy, dee].map((person) => new ClientAsker({ server: server.url, room: ANNEX, person, back }, at));
    const editors = [ana, ben].map((person) => new Editor(person, { server: server.url, room: DEN }, at));
    return {
      ana,
      ben,
      askers,
      clients,
      busy: [...askers, ...clients, ...editors],
      onlooker: new Onlooker(server.socketUrl, DEN, dee),
    };
  }

  async #oneLife(server: RealServer, busy: readonly Busy[]): Promise<void> {
    const life = new AbortController();
    const lives = busy.map((one) => one.live(life.signal));
    const moment = await this.#moment();
    this.#killedAt[moment] = (this.#killedAt[moment] ?? 0) + 1;
    const ending = server.kill();
    this.#serverErrors.push(...server.program.output.split('\n').filter((line) => line.includes('"level":"error"')));
    await ending;
    life.abort();
    await Promise.all(lives);
    await this.#restart(server);
  }

  async #restart(server: RealServer): Promise<void> {
    const before = performance.now();
    await server.restart();
    this.#restarts.push(Math.round(performance.now() - before));
    for (const listener of this.#back) listener();
  }

  /**
   * Some time, or right after something happened that a crash could spoil. Mostly the latter: on a busy
   * machine the first answer of a server that just started can take longer than any time that is fixed.
   */
  #moment(): Promise<string> {
    const { random, model } = this.#options;
    const draw = random();
    if (draw < 0.3)
      return new Promise((resolve) => setTimeout(() => resolve('any time'), 10 + random() * LONGEST_LIFE_MS));
    const [name, most, subscribe] =
      draw < 0.5
        ? (['a model call', MOST_CALLS, (listener: () => void) => model.onCall(listener)] as const)
        : (['an acknowledgement', MOST_PROMISES, (listener: () => void) => this.#record.onPromise(listener)] as const);
    let left = 1 + Math.floor(random() * most);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stop();
        resolve(name);
      };
      const stop = subscribe(() => (left -= 1) === 0 && end());
      const timer = setTimeout(end, LONGEST_WAIT_MS);
    });
  }

  /** Everything that was promised comes to its end; then the server leaves in order. */
  async #drain(server: RealServer, { ana, ben, askers, clients, onlooker }: Cast): Promise<string[]> {
    for (const asker of askers) if (asker.waiting) await asker.ask();
    await Promise.all(clients.map((client) => client.settled()));
    const people = new Map([ana, ben].map((person) => [person.id, person]));
    for (const { author, ticket } of this.#record.prompts) {
      const person = people.get(author);
      if (person && ticket) await ended(person, ticket.turn);
    }
    await emptied(server, [DEN, ANNEX], await server.person('dee'));
    const last = must(await lastEntry(ana), 'somebody asked something');
    await onlooker.shows(last.id);
    for (const client of clients) client.close();
    const code = await server.stop();
    return code === 0 ? [] : [`the server left with ${code}`];
  }

  #judge(room: RoomAfter, people: readonly string[]): Verdict {
    // Positions in the whole record stay what they are: only the promises to these people are judged.
    const own = this.#record.prompts.filter(({ author }) => people.includes(author));
    const places = this.#record.prompts.map(({ author }) => people.includes(author));
    const promised = own.map((ack) => ({ ...ack, sentAfter: places.slice(0, ack.sentAfter).filter(Boolean).length }));
    return judge(room, promised, this.#options.model.calls);
  }
}

interface Cast {
  readonly ana: RestPerson;
  readonly ben: RestPerson;
  readonly askers: readonly RestAsker[];
  readonly clients: readonly ClientAsker[];
  readonly busy: readonly Busy[];
  readonly onlooker: Onlooker;
}

async function found(room: RoomId, owner: RestPerson, members: readonly RestPerson[]): Promise<void> {
  await owner.must('POST', '/v1/rooms', { id: room, title: room, policy: POLICY });
  for (const { id } of members) await owner.must('PUT', `/v1/rooms/${room}/members/${id}`, { role: 'speaker' });
}

/** Waits for the outcome; a turn that is not there has none, which is for the verdict to say. */
async function ended(person: RestPerson, turn: string): Promise<void> {
  for (;;) {
    const { status, body } = await person.call<{ state: string }>('GET', `/v1/rooms/${DEN}/turns/${turn}?wait=30`);
    if (status === 404 || body.state === 'ended') return;
  }
}

async function emptied(server: RealServer, rooms: readonly RoomId[], reader: RestPerson): Promise<void> {
  for (const room of rooms) {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(`${server.socketUrl}/v1/rooms/${room}/docs`, 'transcript', doc, {
      protocols: ['parley.v1', `bearer.${reader.token}`],
      disableBc: true,
    });
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (provider.synced && doc.getMap(TURNS).size === 0) resolve();
      };
      provider.on('sync', look);
      doc.on('update', look);
    });
    provider.destroy();
    provider.awareness.destroy();
  }
}

async function lastEntry(person: RestPerson): Promise<Entry | null> {
  const { items } = await person.must<{ items: Entry[] }>('GET', `/v1/rooms/${DEN}/transcript?before=1000000&limit=1`);
  return items.at(-1) ?? null;
}

/** Each acknowledged word is there, once. */
function lostEdits(promised: readonly string[], notes: string): string[] {
  const held = count(notes.split(' '));
  return promised.filter((word) => held[word] !== 1);
}

function changedSinceShown({ seen, entries }: Onlooker, { records }: RoomAfter): string[] {
  const written = entriesOf(records, 'room');
  const byId = new Map(written.map((entry) => [entry.id as string, entry]));
  const changed = [...seen.values()]
    .filter((entry) => !isDeepStrictEqual(entry, byId.get(entry.id)))
    .map(({ id }) => `${id} is not what was shown`);
  return isDeepStrictEqual(entries.at(-1), written.at(-1)) ? changed : [...changed, 'the reader does not show the end'];
}

function both(a: Verdict, b: Verdict): Verdict {
  return {
    lostPrompts: [...a.lostPrompts, ...b.lostPrompts],
    answeredTwice: [...a.answeredTwice, ...b.answeredTwice],
    orderChanged: [...a.orderChanged, ...b.orderChanged],
    splicedAnswers: [...a.splicedAnswers, ...b.splicedAnswers],
    documentsApart: [...a.documentsApart, ...b.documentsApart],
  };
}

function count(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
