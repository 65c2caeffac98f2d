import type { Entry } from '@parley/shared/entry';
import type { ApprovalView } from '@parley/shared/tools';
import { FrameReader } from './frame-reader.ts';
import { sameIds } from './same-ids.ts';
import type { RestPerson } from './server.ts';
import { TellingProvider } from './telling-provider.ts';
import { NotesHand } from './notes-hand.ts';
import { approvesOf, isSecret, laneOf, OBSERVER, PEOPLE, type Secrets, type ToldStep } from './told-history.ts';
import { ToolServer } from './tool-server.ts';
import { WholeServer } from './whole-server.ts';

/** All that reached the observer, and the provider for turns that he may read; ids by where they first stand. */
export interface Told {
  readonly frames: readonly string[];
  readonly presence: readonly string[];
  readonly answers: readonly unknown[];
  readonly requests: readonly string[];
  /** What tools were sent in turns of the room: the observer may learn of it outside. */
  readonly sent: readonly unknown[];
}

const ROOM = '/v1/rooms/den';
const READERS = { 'doc:plan': ['ana'], 'doc:menu': PEOPLE };

/** One server, provider and tool for any number of worlds, each in a tenant of its own and one after the other. */
export class ToldWorlds implements AsyncDisposable {
  readonly #server: WholeServer;
  readonly #provider: TellingProvider;
  readonly #drive: ToolServer;
  #worlds = 0;

  private constructor(server: WholeServer, provider: TellingProvider, drive: ToolServer) {
    this.#server = server;
    this.#provider = provider;
    this.#drive = drive;
  }

  static async start(): Promise<ToldWorlds> {
    const [provider, drive] = [await TellingProvider.start(), await ToolServer.start()];
    return new ToldWorlds(await WholeServer.start(provider.baseURL, READERS), provider, drive);
  }

  /** Plays a history over real sockets; each step is over before the next begins, but for private turns that are held. */
  async play(history: readonly ToldStep[], secrets: Secrets): Promise<Told> {
    const tenant = `world-${(this.#worlds += 1)}`;
    const person = (user: string, role: 'admin' | 'member' = 'member') => this.#server.person(tenant, user, role);
    this.#answerWith(secrets);
    this.#provider.hold();
    await furnish(person, this.#drive.url);
    const reader = await FrameReader.open(`${this.#server.socketUrl}${ROOM}/socket`, person(OBSERVER).token);
    const [requests, sent]: [string[], unknown[]] = [[], []];
    const hands = new Hands(this.#server, (who) => person(who).token);
    const scene = { secrets, hands, held: new Map<string, string[]>() };
    for (const [index, step] of history.entries()) {
      const before = { requests: this.#provider.requests.length, calls: this.#drive.calls.length };
      if (secrets !== 'none' || !isSecret(step)) await play(person(step.who), step, { ...scene, index });
      await reader.settled();
      if (laneOf(step) === 'room') sent.push(...this.#drive.calls.slice(before.calls).map(withoutOperation));
      if (!isSecret(step)) requests.push(...this.#provider.requests.slice(before.requests));
    }
    this.#provider.release();
    for (const [user, turns] of scene.held) for (const turn of turns) await ended(person(user), turn);
    await reader.settled();
    const answers = await everythingOf(person(OBSERVER));
    reader.leave();
    hands.leave();
    return sameIds({ frames: reader.frames, presence: reader.presence, answers, requests, sent });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#provider[Symbol.asyncDispose]();
    await this.#drive[Symbol.asyncDispose]();
  }

  #answerWith(secrets: Secrets): void {
    const given = { to: { type: 'string' }, text: { type: 'string' }, query: { type: 'string' } };
    const parameters = { type: 'object', properties: given };
    this.#drive.functions = ['find', 'send'].map((name) => ({ name, description: name, parameters }));
    const secret = secrets === 'other words' ? 'something else, and longer' : 'the plan';
    this.#drive.answer = ({ name, bearer }) => {
      if (name === 'send') return { items: [{ text: 'sent' }] };
      // What nobody is named for is for whoever asked.
      const own = bearer === `drive for ${OBSERVER}` ? 'his own' : secret;
      return {
        items: [{ text: secret, resource: 'doc:plan' }, { text: 'the menu', resource: 'doc:menu' }, { text: own }],
      };
    };
  }
}

/** Its operation is a hash of the turn's id. */
function withoutOperation({ name, arguments: given, bearer }: ToolServer['calls'][number]): unknown {
  return { name, arguments: given, bearer };
}

async function furnish(person: (user: string, role?: 'admin') => RestPerson, url: string): Promise<void> {
  const functions = {
    find: { class: 'read', effect: 'read' },
    send: { class: 'act', recipients: ['/to'], results: 'public' },
  };
  const tool = { title: 'Drive', kind: 'http', url: `${url}/http`, auth: { kind: 'none' }, functions };
  await person('root', 'admin').must('PUT', '/v1/tools/drive', tool);
  await person('root', 'admin').must('PUT', '/v1/budgets/room:den', { tokens: 1_000_000_000 });
  const ana = person('ana');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  for (const user of PEOPLE.slice(1)) {
    await ana.must('PUT', `${ROOM}/members/${user}`, { role: 'speaker' });
    await person(user).must('GET', ROOM);
  }
  await ana.must('PUT', `${ROOM}/tools/drive`, { as: 'speaker' });
}

/** Whoever typed once stays in the notes: when exactly they would leave them is left to chance. */
class Hands {
  readonly #server: WholeServer;
  readonly #tokenOf: (who: string) => string;
  readonly #open = new Map<string, NotesHand>();

  constructor(server: WholeServer, tokenOf: (who: string) => string) {
    this.#server = server;
    this.#tokenOf = tokenOf;
  }

  async of(who: ToldStep['who']): Promise<NotesHand> {
    const known = this.#open.get(who);
    if (known !== undefined) return known;
    const url = `${this.#server.socketUrl}${ROOM}/socket`;
    const hand = await NotesHand.open(url, this.#tokenOf(who), 100 + PEOPLE.indexOf(who));
    this.#open.set(who, hand);
    return hand;
  }

  leave(): void {
    for (const hand of this.#open.values()) hand.leave();
  }
}

interface Scene {
  readonly index: number;
  readonly hands: Hands;
  readonly secrets: Secrets;
  /** Turns that wait for the provider or in a private queue behind one that does, by their person. */
  readonly held: Map<string, string[]>;
}

async function play(person: RestPerson, step: ToldStep, { index, secrets, hands, held }: Scene): Promise<void> {
  const { who, say } = step;
  if (say === 'release') return release(person);
  if (say === 'type') return (await hands.of(who)).type(`typed ${index}\n`);
  if (say === 'answers') return answers(person, step);
  const text = `${isSecret(step) && secrets === 'other words' ? 'nothing that was told' : 'words'} ${index}`;
  const lane = laneOf(step);
  // Before everybody a provider that is silent would stop the history itself.
  const asked = say === 'held' && !isSecret(step) ? 'none' : say === 'waits' ? 'send' : say;
  const said = { id: `k-${index}`, text: asked === 'words' ? text : `${text} [${asked}]`, audience: lane };
  if (say === 'words') return void (await person.must('POST', `${ROOM}/messages`, said));
  const behind = held.get(who);
  const waits = isSecret(step) && (say === 'held' || say === 'waits' || behind !== undefined);
  const isAsked = say === 'waits' && behind === undefined;
  const prompt = waits && !isAsked ? { ...said, text: `${text} [held]` } : said;
  const { turn } = await person.must<{ turn: string }>('POST', `${ROOM}/prompts`, prompt);
  if (isAsked) await waiting(person, turn);
  if (waits) held.set(who, [...(behind ?? []), turn]);
  else await ended(person, turn, approvesOf(step) ? 'approve' : 'decline');
}

/** Its speaker is asked, or nothing had to be asked. */
async function waiting(person: RestPerson, turn: string): Promise<void> {
  for (;;) {
    const { state } = await person.must<{ state: string }>('GET', `${ROOM}/turns/${turn}`);
    const { items } = await person.must<{ items: ApprovalView[] }>('GET', `${ROOM}/approvals`);
    if (state === 'ended' || items.some((asked) => asked.turn === turn)) return;
  }
}

/** Between two steps only private turns wait for an answer. */
async function answers(person: RestPerson, step: ToldStep): Promise<void> {
  const { items } = await person.must<{ items: ApprovalView[] }>('GET', `${ROOM}/approvals`);
  for (const { turn } of items) await ended(person, turn, approvesOf(step) ? 'approve' : 'decline');
}

/** Answers what this turn asks and nothing else: a private turn of theirs that waits would go on in the midst of the room's step. */
async function ended(person: RestPerson, turn: string, decision: 'approve' | 'decline' = 'decline'): Promise<void> {
  for (;;) {
    const { state } = await person.must<{ state: string }>('GET', `${ROOM}/turns/${turn}`);
    if (state === 'ended') return;
    const { items } = await person.must<{ items: ApprovalView[] }>('GET', `${ROOM}/approvals`);
    const asked = items.filter((item) => item.turn === turn);
    for (const { id, digest } of asked) await person.must('POST', `${ROOM}/approvals/${id}`, { decision, digest });
  }
}

/** Of a private lane, what was made from the plan: nobody else in the room may read it there either. */
async function release(person: RestPerson): Promise<void> {
  if (person.id !== 'ana') return;
  const { items } = await person.must<{ items: Entry[] }>('GET', `${ROOM}/transcript?lane=me`);
  const answer = items.findLast(
    ({ kind, resources = [] }) => kind === 'answer' && resources.join().includes('doc:plan'),
  );
  if (answer === undefined) return;
  const path = `${ROOM}/entries/${answer.id}/release`;
  const { digest } = await person.must<{ digest: string }>('GET', path);
  await person.must('POST', path, { digest, to: 'room' });
}

/** Every question that HTTP knows of a room and of the tenant. */
async function everythingOf(person: RestPerson): Promise<unknown[]> {
  const { items } = await person.must<{ items: { turn?: string }[] }>('GET', `${ROOM}/transcript`);
  const turns = [...new Set(items.flatMap(({ turn }) => turn ?? []))].map((turn) => `/turns/${turn}`);
  const questions = [
    '',
    '/members',
    '/members/ana/rights',
    '/transcript?lane=me',
    '/documents',
    '/approvals',
    '/trust',
    '/tools',
    '/search?q=words',
    '/search?q=plan',
    '/invites',
    '/export',
  ];
  const paths = [
    ...[...questions, ...turns].map((rest) => `${ROOM}${rest}`),
    '/v1/rooms',
    '/v1/usage',
    '/v1/usage?by=user,room,model',
    '/v1/budgets/me',
    '/v1/budgets/room:den',
    '/v1/budgets/tenant',
    '/v1/audit',
    '/v1/tools',
  ];
  const answers: unknown[] = [items];
  for (const path of paths) answers.push(await person.call('GET', path));
  // They end with their turn, which has ended.
  for (const turn of turns) answers.push(await person.text(`${ROOM}${turn}/events`));
  answers.push(await person.call('POST', `${ROOM}/prompts/measure`, { text: 'how much?' }));
  return answers;
}
