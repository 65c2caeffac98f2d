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
  readonly step: number;
  readonly attempt: number;
  readonly stopping: boolean;
  /** Its author lost the right to ask while it ran. */
  readonly barred: boolean;
}
/** One call by what is known of it. */
interface Call {
  readonly asked: string | null;
  readonly decision: string | null;
  readonly operation: string | null;
  readonly ended: boolean;
}
type CallRecord = RecordOf<'call.asked' | 'call.decided' | 'call.started' | 'call.ended'>;
interface LaneStory {
  waiting: Waiting[];
  running: Running | null;
  readonly parked: Map<TurnId, Running>;
  /** Authors of the turns so far, in order. */
  readonly starts: string[];
  /** For each person with something that may start: how many turns had started when that began. */
  readonly readySince: Map<string, number>;
}

const FRESH: Call = { asked: null, decision: null, operation: null, ended: false };

type TicketRecord = Exclude<Extract<JournalRecord, { readonly turn: TurnId }>, RecordOf<'ticket.accepted'>>;

/**
 * Reads a room's journal as a stranger would, keeping an account of its own, and holds every fact against
 * the properties P1, P2, P3, P5, P6 and P10. It shares no code with the server.
 */
export class RoomWitness {
  /** Every ticket with what became of it. */
  readonly outcomes = new Map<TurnId, string | null>();
  readonly #lanes = new Map<LaneKey, LaneStory>();
  readonly #keys = new Map<string, TurnId>();
  readonly #speakers = new Set<string>();
  readonly #calls = new Map<string, Call>();
  readonly #approvals = new Map<string, TurnId>();
  readonly #operations = new Map<string, string>();
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
    return [...this.#lanes.values()].every(
      ({ waiting, running, parked }) => waiting.length === 0 && running === null && parked.size === 0,
    );
  }

  ticketOf(author: string, key: string): TurnId | undefined {
    return this.#keys.get(`${author} ${key}`);
  }

  runs(turn: TurnId): boolean {
    return [...this.#lanes.values()].some(({ running, parked }) => running?.turn === turn || parked.has(turn));
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
      for (const [turn, parked] of lane.parked) {
        if (parked.author === user && !parked.stopping) lane.parked.set(turn, { ...parked, barred: true });
      }
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
      case 'attempt.settled':
        return;
      case 'turn.attempted':
        return this.#attempted(story, record);
      case 'turn.stopping':
        return this.#stopping(story, record);
      case 'turn.ended':
        return this.#turnEnded(story, record);
      case 'turn.stepped':
        claim(!this.#running(story, record.turn).stopping, 'P5', `${record.turn} is stopping and goes on`);
        for (const { id } of record.calls) this.#calls.set(`${record.turn} ${id}`, FRESH);
        return;
      case 'turn.parked':
        story.parked.set(record.turn, this.#running(story, record.turn));
        story.running = null;
        return;
      case 'turn.resumed':
        return this.#resumed(story, record.turn);
      case 'call.asked':
      case 'call.decided':
      case 'call.started':
      case 'call.ended':
        return this.#call(story, record);
      case 'call.late': {
        const called = [...this.#operations.values()].some((name) => name.startsWith(`${record.turn} `));
        return claim(called, 'T33', `${record.turn} called nothing that could come late`);
      }
    }
  }

  #resumed(story: LaneStory, turn: TurnId): void {
    if (story.running?.turn === turn) return;
    claim(story.running === null, 'P2', `${turn} goes on while ${story.running?.turn} runs`);
    const parked = story.parked.get(turn);
    claim(parked !== undefined && !parked.stopping && !parked.barred, 'P3', `${turn} may not go on`);
    story.parked.delete(turn);
    story.running = parked;
  }

  /** P3, P10: what is called is called for the one whose turn it is, while they may ask, and as they approved it. */
  #call(story: LaneStory, record: CallRecord): void {
    const name = `${record.turn} ${record.call}`;
    const call = this.#calls.get(name);
    const turn = this.#begun(story, record.turn);
    claim(call !== undefined && !call.ended, 'P3', `${record.type} of ${name}, which is not under way`);
    switch (record.type) {
      case 'call.asked':
        claim(record.user === turn.author && !turn.stopping, 'P10', `${record.user} is asked for ${name}`);
        claim(!this.#approvals.has(record.approval), 'P10', `${record.approval} is asked for twice`);
        this.#approvals.set(record.approval, record.turn);
        this.#calls.set(name, { ...call, asked: record.approval });
        return;
      case 'call.decided': {
        const own = record.decision === 'expired' || record.decision === 'revoked' || record.by === turn.author;
        claim(own && call.asked === record.approval && call.decision === null, 'P10', `${record.by} decides ${name}`);
        this.#calls.set(name, { ...call, decision: record.decision });
        return;
      }
      case 'call.started':
        claim(story.running?.turn === record.turn && !turn.stopping && !turn.barred, 'P3', `${name} may not be called`);
        claim(call.asked === null || call.decision === 'approved', 'P10', `${name} has no approval`);
        claim(call.operation === null || call.operation === record.operation, 'D5', `${name} is another operation`);
        claim(
          this.#operations.get(record.operation) === (call.operation === null ? undefined : name),
          'D5',
          `${record.operation} is two calls`,
        );
        this.#operations.set(record.operation, name);
        this.#calls.set(name, { ...call, operation: record.operation });
        return;
      case 'call.ended':
        claim(call.asked === null || call.decision !== null, 'P10', `${name} ends and still asks`);
        this.#calls.set(name, { ...call, ended: true });
    }
  }

  /** Of a call that goes out: whose it is, and whether it may be made now. */
  judgeCall(operation: string, bearer: string | null): void {
    const name = this.#operations.get(operation);
    claim(name !== undefined, 'D5', `${operation} is called and not on disk`);
    const [turn = ''] = name.split(' ');
    const story = [...this.#lanes.values()].find(({ running }) => running?.turn === turn);
    const author = story?.running?.author;
    // One that was stopped a moment ago may be on its way; it is nobody else's for that.
    claim(
      author === undefined || bearer === `world for ${author}`,
      'P3',
      `${name} is called as ${bearer}, not ${author}`,
    );
  }

  /** What one call came to on record, by its operation. */
  get operations(): ReadonlyMap<string, string> {
    return this.#operations;
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
    story.running = { turn, author, step: 1, attempt: 0, stopping: false, barred: false };
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

  #attempted(story: LaneStory, { turn, step, attempt }: RecordOf<'turn.attempted'>): void {
    const running = this.#running(story, turn);
    claim(!running.stopping, 'P5', `${turn} is stopping and tries again`);
    const follows =
      step === running.step ? attempt === running.attempt + 1 : step === running.step + 1 && attempt === 1;
    claim(
      follows,
      'T44',
      `attempt ${attempt} at step ${step} of ${turn} follows ${running.attempt} at ${running.step}`,
    );
    claim(!running.barred, 'T36', `${turn} of somebody who may not ask tries again`);
    story.running = { ...running, step, attempt };
  }

  #stopping(story: LaneStory, { turn, outcome, by }: RecordOf<'turn.stopping'>): void {
    const running = this.#begun(story, turn);
    const named = outcome !== 'cancelled' || by === 'system' || this.#mayStop(turn, by);
    claim(named, 'P5', `${turn} is stopped by ${by}, who named another or none`);
    claim(!running.barred || outcome === 'revoked', 'T36', `${turn} ends ${outcome}, not revoked`);
    this.#put(story, { ...running, stopping: true, barred: false });
  }

  #turnEnded(story: LaneStory, { turn, outcome }: RecordOf<'turn.ended'>): void {
    const running = this.#begun(story, turn);
    claim(!running.barred, 'T36', `${turn} of somebody who may not ask ends ${outcome}`);
    if (!story.parked.delete(turn)) story.running = null;
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

  /** A turn that runs, or that gave the floor back. */
  #begun(story: LaneStory, turn: TurnId): Running {
    return story.parked.get(turn) ?? this.#running(story, turn);
  }

  #put(story: LaneStory, turn: Running): void {
    if (story.parked.has(turn.turn)) story.parked.set(turn.turn, turn);
    else story.running = turn;
  }

  #story(lane: LaneKey): LaneStory {
    const known = this.#lanes.get(lane);
    if (known) return known;
    const story: LaneStory = { waiting: [], running: null, parked: new Map(), starts: [], readySince: new Map() };
    this.#lanes.set(lane, story);
    return story;
  }
}
