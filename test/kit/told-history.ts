import type { ApprovalView } from '@parley/shared/tools';
import * as fc from 'fast-check';
import { FrameReader } from './frame-reader.ts';
import type { RestPerson } from './server.ts';
import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { TellingModel, type Wish } from './telling-model.ts';
import { ToolServer } from './tool-server.ts';
import { WholeServer } from './whole-server.ts';

const PEOPLE = ['ana', 'bob', 'cyd'] as const;
/** Reads no resource but what everybody reads; everything that reaches him is looked at. */
const OBSERVER = 'bob';

export interface ToldStep {
  readonly who: (typeof PEOPLE)[number];
  readonly lane: 'room' | 'me';
  readonly say: 'words' | Wish;
  /** Whether a call that has to be approved is. */
  readonly approves: boolean;
}
export const toldHistory: fc.Arbitrary<readonly ToldStep[]> = fc.array(
  fc.record({
    who: fc.constantFrom(...PEOPLE),
    lane: fc.constantFrom('room' as const, 'room' as const, 'me' as const),
    say: fc.constantFrom(
      'words' as const,
      'none' as const,
      'find' as const,
      'find' as const,
      'send' as const,
      'note' as const,
    ),
    approves: fc.boolean(),
  }),
  { minLength: 3, maxLength: 10 },
);

/** The words that only others than the observer may read. */
export type Secrets = 'as told' | 'other words';

/** All that reached the observer, and the provider for turns that he may read. */
export interface Told {
  readonly frames: readonly string[];
  readonly answers: readonly unknown[];
  readonly requests: readonly unknown[];
  /** What tools were sent in turns of the room: the observer may learn of it outside. */
  readonly sent: readonly unknown[];
}

const ROOM = '/v1/rooms/den';

/** Plays a history against a server of its own, over real sockets; each step is over before the next begins. */
export async function toldOf(history: readonly ToldStep[], secrets: Secrets): Promise<Told> {
  await using drive = await ToolServer.start();
  const model = new TellingModel();
  await using server = await WholeServer.start(model);
  await furnish(server, drive, secrets);
  const reader = await FrameReader.open(`${server.socketUrl}${ROOM}/socket`, server.person(OBSERVER).token);
  const [requests, sent]: [unknown[], unknown[]] = [[], []];
  for (const [index, step] of history.entries()) {
    const before = { requests: model.requests.length, calls: drive.calls.length };
    await play(server.person(step.who), step, { index, secrets });
    await reader.settled();
    if (step.lane === 'room') sent.push(...drive.calls.slice(before.calls));
    if (step.lane === 'room' || step.who === OBSERVER) requests.push(...model.requests.slice(before.requests));
  }
  const answers = await everythingOf(server.person(OBSERVER));
  reader.leave();
  return { frames: reader.frames, answers, requests, sent };
}

async function furnish(server: WholeServer, drive: ToolServer, secrets: Secrets): Promise<void> {
  const given = { to: { type: 'string' }, text: { type: 'string' }, query: { type: 'string' } };
  const parameters = { type: 'object', properties: given };
  drive.functions = ['find', 'send'].map((name) => ({ name, description: name, parameters }));
  const secret = secrets === 'as told' ? 'the plan' : 'something else, and longer';
  drive.answer = ({ name, bearer }) => {
    if (name === 'send') return { items: [{ text: 'sent' }] };
    // What nobody is named for is for whoever asked.
    const own = bearer === `drive for ${OBSERVER}` ? 'his own' : secret;
    return {
      items: [{ text: secret, resource: 'doc:plan' }, { text: 'the menu', resource: 'doc:menu' }, { text: own }],
    };
  };
  const acme = must(mintTenant('acme'), 'a tenant');
  server.authority.set(acme, 'doc:plan', ['ana']);
  server.authority.set(acme, 'doc:menu', PEOPLE);
  const functions = {
    find: { class: 'read', effect: 'read' },
    send: { class: 'act', recipients: ['/to'], results: 'public' },
  };
  const tool = { title: 'Drive', kind: 'http', url: `${drive.url}/http`, auth: { kind: 'none' }, functions };
  await server.person('root', 'admin').must('PUT', '/v1/tools/drive', tool);
  const ana = server.person('ana');
  await ana.must('POST', '/v1/rooms', { id: 'den', title: 'Den' });
  for (const user of PEOPLE.slice(1)) {
    await ana.must('PUT', `${ROOM}/members/${user}`, { role: 'speaker' });
    await server.person(user).must('GET', ROOM);
  }
  await ana.must('PUT', `${ROOM}/tools/drive`, { as: 'speaker' });
}

interface Scene {
  readonly index: number;
  readonly secrets: Secrets;
}

async function play(
  person: RestPerson,
  { who, lane, say, approves }: ToldStep,
  { index, secrets }: Scene,
): Promise<void> {
  const hidden = lane === 'me' && who !== OBSERVER && secrets === 'other words';
  const text = `${hidden ? 'nothing that was told' : 'words'} ${index} [${say}]`;
  const said = { id: `k-${index}`, text, audience: lane };
  if (say === 'words') return void (await person.must('POST', `${ROOM}/messages`, said));
  const { turn } = await person.must<{ turn: string }>('POST', `${ROOM}/prompts`, said);
  for (;;) {
    const { state } = await person.must<{ state: string }>('GET', `${ROOM}/turns/${turn}`);
    if (state === 'ended') return;
    const { items } = await person.must<{ items: ApprovalView[] }>('GET', `${ROOM}/approvals`);
    // What leaves a private lane by its owner's word is theirs to give away.
    const decision = approves && lane === 'room' ? 'approve' : 'decline';
    for (const { id, digest } of items) await person.must('POST', `${ROOM}/approvals/${id}`, { decision, digest });
  }
}

/** Every question that HTTP knows of a room and of the tenant. */
async function everythingOf(person: RestPerson): Promise<unknown[]> {
  const { items } = await person.must<{ items: { turn?: string }[] }>('GET', `${ROOM}/transcript`);
  const turns = [...new Set(items.flatMap(({ turn }) => turn ?? []))].map((turn) => `/turns/${turn}`);
  const questions = [
    '',
    '/members',
    '/transcript?lane=me',
    '/documents',
    '/approvals',
    '/trust',
    '/tools',
    '/search?q=words',
    '/invites',
    '/export',
  ];
  const paths = [
    ...[...questions, ...turns].map((rest) => `${ROOM}${rest}`),
    '/v1/rooms',
    '/v1/usage',
    '/v1/audit',
    '/v1/tools',
  ];
  const answers: unknown[] = [items];
  for (const path of paths) answers.push(await person.call('GET', path));
  return answers;
}
