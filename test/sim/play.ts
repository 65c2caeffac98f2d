import { startedTurns } from '@parley/server/core/arbiter/lane';
import { evolveRoom, ABSENT, type PresentRoom } from '@parley/server/core/room-state';
import type { RecordOf } from '@parley/server/core/records';
import type { StoredRecord } from '@parley/server/ports/journal';
import { aiState, ticketViews } from '@parley/server/room/views';
import { unreachable } from '@parley/shared/assert';
import { ENTRIES, LIVE, NOTES, ROOM, transcriptOf, TURNS, type DocKey } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { type LaneKey, UserId, type TurnId } from '@parley/shared/ids';
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { promptOf, wordOf } from '../kit/canaries.ts';
import { claim } from '../kit/lane-account.ts';
import { RoomWitness } from '../kit/room-witness.ts';
import { checkStory } from '../kit/turn-reader.ts';
import { REF } from '../kit/room-ref.ts';
import { World, type Device, type Mistakes } from '../kit/world.ts';
import { PEOPLE, type History, type Step } from './history.ts';

/** Longer than anything that a history leaves behind may last: an open editor, a stuck answer, a slow reconnection. */
const QUIET_ROUNDS = 90;
const ROUND_MS = 2_000;

/** Plays a history and checks every property after every step and when all is quiet. Throws a Violation. */
export async function play({ seed, steps }: History, mistakes: Mistakes = {}): Promise<void> {
  const world = await World.open(seed, PEOPLE, mistakes);
  const stage = new Stage(world);
  try {
    for (const user of Object.keys(PEOPLE)) await world.resumeReader(user);
    for (const step of steps) {
      await stage.act(step);
      await stage.check();
    }
    await stage.becomeQuiet();
    await stage.checkEnd();
  } finally {
    world.close();
  }
}

/** A history under way, with all that its properties need to know of what people did. */
class Stage {
  readonly #world: World;
  readonly #stops = new Set<string>();
  readonly #witness = new RoomWitness((turn, by) => this.#stops.has(`${by} ${turn}`));
  readonly #records: StoredRecord[] = [];
  /** What was asked, by author and the client's id. */
  readonly #asked: { readonly device: Device; readonly id: string; readonly word: string }[] = [];
  /** Notes by device, with whether the client said that they are saved. */
  readonly #notes: { readonly device: Device; readonly word: string; saved: boolean }[] = [];
  readonly #prompts = new Map<string, string>();
  /** Calls that went out since the journal was last read. */
  readonly #outgoing: { readonly operation: string; readonly bearer: string | null }[] = [];
  #n = 0;

  constructor(world: World) {
    this.#world = world;
    world.runs = (request) => {
      const prompt = promptOf(request);
      const id = prompt && this.#prompts.get(wordOf(prompt));
      return id === undefined ? 'it answers a prompt that nobody wrote' : null;
    };
    world.outside.judge = ({ operation, bearer }) => this.#outgoing.push({ operation, bearer });
  }

  async act(step: Step): Promise<void> {
    const world = this.#world;
    switch (step.do) {
      case 'ask':
      case 'say':
        this.#write(this.#device(step.device), step.do, step.audience);
        break;
      case 'note':
        this.#note(this.#device(step.device));
        break;
      case 'hold':
      case 'unhold':
      case 'edit':
      case 'withdraw':
      case 'stop':
        this.#onTurn(step);
        break;
      case 'decide':
        this.#decide(step);
        break;
      case 'remove':
        world.command('ana', { type: 'member.remove', user: UserId.parse(step.who) });
        break;
      case 'set':
        world.command('ana', { type: 'member.set', user: UserId.parse(step.who), role: step.role });
        break;
      case 'drop':
        this.#device(step.device).pair?.drop();
        break;
      case 'offline':
        this.#device(step.device).offline = true;
        this.#device(step.device).pair?.drop();
        break;
      case 'online':
        this.#device(step.device).offline = false;
        this.#device(step.device).slow = false;
        break;
      case 'slow':
        this.#device(step.device).slow = true;
        break;
      case 'reload':
        this.#reload(this.#device(step.device));
        break;
      case 'deliver':
        this.#device(step.device).pair?.deliverUp(step.up);
        this.#device(step.device).pair?.deliverDown(step.down);
        break;
      case 'cut':
        world.cutReader(step.who);
        break;
      case 'resume':
        await world.resumeReader(step.who);
        break;
      case 'wait':
        return world.advance(step.ms);
      case 'crash':
        return world.crash();
      case 'crash in a call':
        return this.#crashInCall();
      case 'takeover':
        return world.takeOver();
      default:
        return unreachable(step);
    }
    await world.settle();
  }

  /** What holds at any moment. */
  async check(): Promise<void> {
    const world = this.#world;
    const news = await world.journal.read(REF, this.#witness.seq);
    this.#records.push(...news);
    this.#witness.read(news);
    for (const { operation, bearer } of this.#outgoing.splice(0)) this.#witness.judgeCall(operation, bearer);
    for (const [operation, count] of world.outside.effects)
      claim(count === 1 || this.#isRead(operation), 'D5', `${operation} happened ${count} times`);
    for (const problem of [...world.problems, ...[...world.readers.values()].flatMap(({ problems }) => problems)])
      throw problem;
    const errors = world.log.lines.filter(({ level }) => level === 'error');
    claim(errors.length === 0, 'log', JSON.stringify(errors));
    for (const turn of world.acknowledged)
      claim(this.#witness.outcomes.has(turn), 'P1', `${turn} was acknowledged and is not on disk`);
    await this.#checkNotes();
    await this.#checkDocuments();
  }

  #isRead(operation: string): boolean {
    return this.#world.outside.calls.some((call) => call.operation === operation && call.function.effect === 'read');
  }

  async becomeQuiet(): Promise<void> {
    const world = this.#world;
    // Once more after the first quiet round, so that readers who came back in it are told what they missed.
    let quietRounds = 0;
    for (let round = 0; round < QUIET_ROUNDS; round += 1) {
      for (const device of world.devices) {
        device.slow = false;
        device.offline = false;
        if (device.client.view.connection.kind === 'ended' && this.#isMember(device.user)) world.reload(device);
      }
      for (const user of Object.keys(PEOPLE)) await world.resumeReader(user);
      if (world.random() < 0.7) this.#decideAll();
      await world.advance(ROUND_MS);
      await this.check();
      quietRounds = this.#quiet() ? quietRounds + 1 : 0;
      if (quietRounds === 2) return;
    }
    claim(
      false,
      'P1',
      `not everything ends: ${JSON.stringify(world.devices.map(({ user, client: { view } }) => [user, view.connection, view.outbox, view.saved]))}`,
    );
  }

  /** What holds when nobody does anything any more. */
  async checkEnd(): Promise<void> {
    for (const [turn, outcome] of this.#witness.outcomes) claim(outcome !== null, 'P1', `${turn} has no outcome`);
    const tickets = this.#records.flatMap(({ record }) => (record.type === 'ticket.accepted' ? [record.text] : []));
    claim(new Set(tickets).size === tickets.length, 'P1', `something asked once has two tickets: ${tickets.join()}`);
    for (const { device, id, word } of this.#asked) {
      const refused = device.client.view.outbox.some((item) => item.id === id && item.state.kind === 'refused');
      const kept = this.#witness.ticketOf(device.user, id) !== undefined;
      claim(kept || refused || !this.#isMember(device.user), 'P1', `${word} was neither accepted nor refused`);
    }
    for (const [user, reader] of this.#world.readers) {
      if (this.#isMember(user)) checkStory(reader, user, this.#records);
    }
    for (const device of this.#world.devices) if (this.#isMember(device.user)) this.#checkView(device);
  }

  #quiet(): boolean {
    const { devices, readers } = this.#world;
    return (
      this.#witness.quiet &&
      [...readers].every(([user, { reading }]) => reading || !this.#isMember(user)) &&
      devices.every(({ user, client: { view } }) => {
        if (!this.#isMember(user)) return view.connection.kind === 'ended';
        const sent = view.outbox.every(({ state }) => state.kind === 'refused');
        return view.connection.kind === 'online' && sent && view.saved && view.room.loaded && view.me.loaded;
      })
    );
  }

  /** P8: whoever was away sees what somebody sees who never was. */
  #checkView({ user, client: { view, workspace } }: Device): void {
    for (const [shown, lane] of [
      [view.room, 'room'],
      [view.me, `me:${user}`],
    ] as const) {
      const due = entriesOf(this.#records, lane);
      claim(
        isDeepStrictEqual(shown.entries, due),
        'P8',
        `${user} sees in ${lane}\n${JSON.stringify(shown.entries)}\nnot\n${JSON.stringify(due)}`,
      );
      claim(shown.tickets.length === 0 && shown.answering === null, 'P8', `${user} sees something run in ${lane}`);
    }
    claim(view.approvals.length === 0, 'P8', `${user} is asked for ${view.approvals.map(({ id }) => id).join()}`);
    const notes = workspace.doc.getText(NOTES).toString();
    const [first] = this.#world.devices;
    claim(notes === first?.client.workspace.doc.getText(NOTES).toString(), 'P8', `the notes of ${user} differ`);
  }

  #write(device: Device, kind: 'ask' | 'say', audience: 'room' | 'me'): void {
    // What is written before the first welcome lives in the page only.
    if (device.client.view.you === null) return;
    const word = wordOf({ secret: audience === 'me', user: device.user, n: (this.#n += 1) });
    const id = device.client[kind](`${kind} ${word}`, { audience });
    if (kind === 'say') return;
    this.#prompts.set(word, id);
    this.#asked.push({ device, id, word });
  }

  #note(device: Device): void {
    const { client } = device;
    if (!client.view.capabilities.has('workspace.edit')) return;
    const word = `<${device.user}${(this.#n += 1)}>`;
    const text = client.workspace.doc.getText(NOTES);
    text.insert(text.length, word);
    this.#notes.push({ device, word, saved: false });
  }

  async #crashInCall(): Promise<void> {
    const world = this.#world;
    const before = world.outside.calls.length;
    for (let round = 0; round < 40 && world.outside.calls.length === before; round += 1) {
      await world.advance(10);
      this.#decideAll();
    }
    await world.crash();
  }

  /** Whoever is asked says yes more often than not. */
  #decideAll(): void {
    const decided = new Set(
      this.#records.flatMap(({ record }) => (record.type === 'call.decided' ? [record.approval] : [])),
    );
    for (const { record } of this.#records) {
      if (record.type !== 'call.asked' || decided.has(record.approval)) continue;
      const { approval, digest, user } = record;
      const decision = this.#world.random() < 0.7 ? 'approve' : 'decline';
      this.#world.command(user, { type: 'approval.decide', approval, decision, digest });
    }
  }

  /** Somebody presses a button that is meant for one person. */
  #decide({ by, device, pick, decision }: Extract<Step, { readonly do: 'decide' }>): void {
    const asked = this.#records.flatMap(({ record }) => (record.type === 'call.asked' ? [record] : []));
    const one = asked.at(-1 - (pick % Math.max(1, asked.length)));
    if (one === undefined) return;
    const { approval, digest, turn } = one;
    const user = by === 'author' ? this.#accepted(turn).author.id : this.#device(device).user;
    this.#world.command(user, { type: 'approval.decide', approval, decision, digest });
  }

  #onTurn({
    do: action,
    device,
    pick,
    by,
  }: Exclude<Extract<Step, { readonly pick: number }>, { readonly do: 'decide' }>): void {
    const turns = [...this.#witness.outcomes.keys()];
    const turn = turns.at(-1 - (pick % Math.max(1, turns.length)));
    if (turn === undefined) return;
    const author = this.#accepted(turn).author.id;
    const own = this.#world.devices.find((one) => one.user === author);
    const { client, user } = by === 'author' && own ? own : this.#device(device);
    if (action === 'stop') this.#stops.add(`${user} ${turn}`);
    if (action === 'edit') void client.edit(turn, `edited ${this.#accepted(turn).text}`, 1);
    else void client[action](turn);
  }

  #accepted(turn: TurnId): RecordOf<'ticket.accepted'> {
    const isIt = ({ record }: StoredRecord): boolean => record.type === 'ticket.accepted' && record.turn === turn;
    const record = this.#records.find(isIt)?.record;
    claim(record?.type === 'ticket.accepted', 'kit', `${turn} was accepted`);
    return record;
  }

  /** Notes that are not saved yet are the page's, and go with it. */
  #reload(device: Device): void {
    if (device.client.view.you === null) return;
    this.#world.reload(device);
    const lost = this.#notes.filter((note) => note.device === device && !note.saved);
    for (const note of lost) this.#notes.splice(this.#notes.indexOf(note), 1);
  }

  async #checkNotes(): Promise<void> {
    const stored = await this.#stored('workspace');
    const text = stored.getText(NOTES).toString();
    for (const note of this.#notes) {
      const { saved, connection, lostWords } = note.device.client.view;
      if (saved && connection.kind === 'online' && lostWords === null && !note.saved) {
        note.saved = note.device.client.workspace.doc.getText(NOTES).toString().includes(note.word);
      }
      claim(!note.saved || text.includes(note.word), 'D3', `${note.word} was saved and is not on disk`);
    }
  }

  /** P7: what the documents show is what the journal says. */
  async #checkDocuments(): Promise<void> {
    const room = this.#records.reduce((state, { record }) => evolveRoom(state, record), ABSENT);
    if (room.kind !== 'present') return;
    for (const lane of room.lanes.keys()) await this.#checkDocument(room, lane);
  }

  async #checkDocument(room: PresentRoom, lane: LaneKey): Promise<void> {
    const doc = await this.#stored(transcriptOf(lane));
    const state = room.lanes.get(lane)?.state;
    if (!state || doc.getMap(ROOM).size === 0) return;
    const due = entriesOf(this.#records, lane);
    const entries = doc.getArray<Entry>(ENTRIES).toArray();
    claim(
      isDeepStrictEqual(entries, due),
      'P7',
      `${lane} shows ${JSON.stringify(entries)}, not ${JSON.stringify(due)}`,
    );
    const views = Object.fromEntries(ticketViews(state).map((view) => [view.turn, view]));
    claim(
      isDeepStrictEqual(doc.getMap(TURNS).toJSON(), views),
      'P7',
      `${lane} shows tickets ${JSON.stringify(doc.getMap(TURNS))}, not ${JSON.stringify(views)}`,
    );
    const live = [...doc.getMap(LIVE).keys()];
    claim(
      isDeepStrictEqual(
        live.toSorted(),
        startedTurns(state)
          .map(({ turn }) => turn)
          .toSorted(),
      ),
      'P7',
      `${lane} shows text of ${live.join()}`,
    );
    const ai = doc.getMap(ROOM).get('ai') ?? { state: 'idle' };
    claim(isDeepStrictEqual(ai, aiState(state)), 'P7', `${lane} says ${JSON.stringify(ai)}`);
  }

  async #stored(key: DocKey): Promise<Y.Doc> {
    const doc = new Y.Doc();
    for (const part of await this.#world.journal.loadDoc(REF, key)) Y.applyUpdate(doc, part);
    return doc;
  }

  #device(index: number): Device {
    const device = this.#world.devices[index];
    claim(device !== undefined, 'kit', `there is no device ${index}`);
    return device;
  }

  #isMember(user: string): boolean {
    const last = this.#records
      .map(({ record }) => record)
      .findLast((record) => (record.type === 'member.set' || record.type === 'member.removed') && record.user === user);
    return last?.type === 'member.set';
  }
}

function entriesOf(records: readonly StoredRecord[], lane: LaneKey): Entry[] {
  return records.flatMap(({ record }) => {
    if (!('lane' in record) || record.lane !== lane) return [];
    if (record.type === 'entry.added' || record.type === 'turn.started') return [record.entry];
    return record.type === 'turn.ended' && record.answer ? [record.answer] : [];
  });
}
