import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import type { StoredRecord } from '@parley/server/ports/journal';
import type { LaneKey, TurnId } from '@parley/shared/ids';
import { claim } from './lane-account.ts';

interface Waiting {
  readonly turn: TurnId;
  readonly author: string;
  readonly heldUntil: number | null;
}
interface Running {
  readonly turn: TurnId;
  readonly author: string;
  readonly attempt: number;
  readonly stopping: boolean;
  /** Its author lost the right to ask while it ran. */
  readonly barred: boolean;
}
interface LaneStory {
  waiting: Waiting[];
  running: Running | null;
  /** Authors of the turns so far, in order. */
  readonly starts: string[];
  /** For each person with something that may start: how many turns had started when that began. */
  readonly readySince: Map<string, number>;
}

type TicketRecord = Exclude<Extract<JournalRecord, { readonly turn: TurnId }>, RecordOf<'ticket.accepted'>>;

/**
 * Reads a room's journal as a stranger would, keeping an account of its own, and holds every fact against
 * the properties P1, P2, P5 and P6. It shares no code with the server.
 */
export class RoomWitness {
  /** Every ticket with what became of it. */
  readonly outcomes = new Map<TurnId, string | null>();
  readonly #lanes = new Map<LaneKey, LaneStory>();
  readonly #keys = new Map<string, TurnId>();
  readonly #speakers = new Set<string>();
  readonly #mayStop: (turn: TurnId, by: string) => boolean;
  #seq = 0;

  /** `mayStop` knows whether that person asked to stop that very turn. */
  constructor(mayStop: (turn: TurnId, by: string) => boolean) {
    this.#mayStop = mayStop;
  }

  /** The sequence of the last record seen. */
  get seq(): number {
    return this.#seq;
  }

  /** True when nothing waits or runs. */
  get quiet(): boolean {
    return [...this.#lanes.values()].every(({ waiting, running }) => waiting.length === 0 && running === null);
  }

  ticketOf(author: string, key: string): TurnId | undefined {
    return this.#keys.get(`${author} ${key}`);
  }

  runs(turn: TurnId): boolean {
    return [...this.#lanes.values()].some(({ running }) => running?.turn === turn);
  }

  /** Takes in the records that follow. */
  read(records: readonly StoredRecord[]): void {
    for (const { record, seq } of records) {
      claim(seq === this.#seq + 1, 'P7', `record ${seq} follows ${this.#seq}`);
      this.#seq = seq;
      this.#see(record);
    }
  }

  #see(record: JournalRecord): void {
    if (record.type === 'member.set') return this.#member(record.user, record.role !== 'reader');
    if (record.type === 'member.removed') return this.#member(record.user, false);
    if (record.type === 'ticket.accepted') return this.#accepted(record);
    if ('turn' in record) this.#ofTicket(record);
  }

  #member(user: string, speaks: boolean): void {
    if (speaks) this.#speakers.add(user);
    else this.#speakers.delete(user);
    if (speaks) return;
    for (const lane of this.#lanes.values()) {
      if (lane.running?.author === user && !lane.running.stopping) lane.running = { ...lane.running, barred: true };
    }
  }

  #accepted({ lane, turn, author, key }: RecordOf<'ticket.accepted'>): void {
    const id = `${author.id} ${key}`;
    claim(!this.#keys.has(id) && !this.outcomes.has(turn), 'P1', `${id} has two tickets`);
    claim(this.#speakers.has(author.id), 'T35', `${author.id} may not ask and has a ticket`);
    this.#keys.set(id, turn);
    this.outcomes.set(turn, null);
    const story = this.#story(lane);
    story.waiting.push({ turn, author: author.id, heldUntil: null });
    this.#noteReady(story);
  }

  #ofTicket(record: TicketRecord): void {
    const story = this.#story(record.lane);
    switch (record.type) {
      case 'ticket.held':
        return this.#hold(story, record.turn, record.until);
      case 'ticket.unheld':
        return this.#hold(story, record.turn, null);
      case 'ticket.edited':
        return void this.#waiting(story, record.turn);
      case 'ticket.ended':
        this.#take(story, record.turn);
        return this.#ended(record.turn, record.outcome);
      case 'turn.started':
        return this.#started(story, record);
      case 'turn.attempted':
        return this.#attempted(story, record);
      case 'turn.stopping':
        return this.#stopping(story, record);
      case 'turn.ended':
        return this.#turnEnded(story, record);
      case 'turn.stepped':
      case 'turn.parked':
      case 'turn.resumed':
      case 'call.asked':
      case 'call.decided':
      case 'call.started':
      case 'call.ended':
    }
  }

  #started(story: LaneStory, { turn, entry, at, lane }: RecordOf<'turn.started'>): void {
    claim(story.running === null, 'P2', `${turn} starts while ${story.running?.turn} runs`);
    const { author, heldUntil } = this.#waiting(story, turn);
    claim(author === entry.author.id, 'T13', `${turn} is ${author}'s`);
    claim(lane === 'room' || lane === `me:${author}`, 'R3', `${turn} of ${author} runs in ${lane}`);
    claim(heldUntil === null || heldUntil <= at, 'P5', `${turn} is held and starts`);
    claim(this.#speakers.has(author), 'T35', `${author} may not ask and starts`);
    const first = story.waiting.find((ticket) => ticket.author === author && ticket.heldUntil === null);
    claim(first === undefined || first.turn === turn || heldUntil !== null, 'P6', `${turn} overtakes ${first?.turn}`);
    this.#checkFair(story, author);
    this.#take(story, turn);
    story.starts.push(author);
    // Whoever waits on waits since their own start; whoever has nothing else stops waiting.
    if (story.readySince.has(author)) story.readySince.set(author, story.starts.length);
    story.running = { turn, author, attempt: 0, stopping: false, barred: false };
  }

  /** T20: between two turns of one person everybody who waited all the while gets one. */
  #checkFair(story: LaneStory, author: string): void {
    const last = story.starts.lastIndexOf(author);
    if (last === -1) return;
    for (const [other, since] of story.readySince) {
      const served = story.starts.indexOf(other, last + 1) !== -1;
      claim(other === author || since > last || served, 'P6', `${author} starts again and ${other} waits`);
    }
  }

  #attempted(story: LaneStory, { turn, attempt }: RecordOf<'turn.attempted'>): void {
    const running = this.#running(story, turn);
    claim(!running.stopping, 'P5', `${turn} is stopping and tries again`);
    claim(attempt === running.attempt + 1, 'T44', `attempt ${attempt} of ${turn} follows ${running.attempt}`);
    claim(!running.barred, 'T36', `${turn} of somebody who may not ask tries again`);
    story.running = { ...running, attempt };
  }

  #stopping(story: LaneStory, { turn, outcome, by }: RecordOf<'turn.stopping'>): void {
    const running = this.#running(story, turn);
    const named = outcome !== 'cancelled' || by === 'system' || this.#mayStop(turn, by);
    claim(named, 'P5', `${turn} is stopped by ${by}, who named another or none`);
    claim(!running.barred || outcome === 'revoked', 'T36', `${turn} ends ${outcome}, not revoked`);
    story.running = { ...running, stopping: true, barred: false };
  }

  #turnEnded(story: LaneStory, { turn, outcome }: RecordOf<'turn.ended'>): void {
    const running = this.#running(story, turn);
    claim(!running.barred, 'T36', `${turn} of somebody who may not ask ends ${outcome}`);
    story.running = null;
    this.#ended(turn, outcome);
  }

  #ended(turn: TurnId, outcome: string): void {
    claim(this.outcomes.get(turn) === null, 'P1', `${turn} ends twice: ${this.outcomes.get(turn)}, ${outcome}`);
    this.outcomes.set(turn, outcome);
  }

  #hold(story: LaneStory, turn: TurnId, heldUntil: number | null): void {
    const ticket = this.#waiting(story, turn);
    story.waiting = story.waiting.map((other) => (other === ticket ? { ...other, heldUntil } : other));
    this.#noteReady(story);
  }

  #take(story: LaneStory, turn: TurnId): void {
    const ticket = this.#waiting(story, turn);
    story.waiting = story.waiting.filter((other) => other !== ticket);
    this.#noteReady(story);
  }

  #noteReady(story: LaneStory): void {
    const ready = new Set(story.waiting.filter(({ heldUntil }) => heldUntil === null).map(({ author }) => author));
    for (const user of story.readySince.keys()) if (!ready.has(user)) story.readySince.delete(user);
    for (const user of ready) if (!story.readySince.has(user)) story.readySince.set(user, story.starts.length);
  }

  #waiting(story: LaneStory, turn: TurnId): Waiting {
    const ticket = story.waiting.find((other) => other.turn === turn);
    claim(ticket !== undefined, 'P5', `${turn} does not wait`);
    return ticket;
  }

  #running(story: LaneStory, turn: TurnId): Running {
    const { running } = story;
    claim(running?.turn === turn, 'P2', `${turn} does not run; ${running?.turn} does`);
    return running;
  }

  #story(lane: LaneKey): LaneStory {
    const known = this.#lanes.get(lane);
    if (known) return known;
    const story: LaneStory = { waiting: [], running: null, starts: [], readySince: new Map() };
    this.#lanes.set(lane, story);
    return story;
  }
}
