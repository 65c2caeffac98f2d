import type { JournalRecord } from '@parley/server/core/records';
import { cursorOf, idOf } from '@parley/server/edge/event-id';
import type { RoomLink } from '@parley/server/edge/room-link';
import { Watch } from '@parley/server/edge/watch';
import type { Principal } from '@parley/server/core/people/principal';
import type { EventCursor, PeerId, TurnEvent } from '@parley/server/ports/bus';
import type { StoredRecord } from '@parley/server/ports/journal';
import type { TurnId } from '@parley/shared/ids';
import { claim, Violation } from './lane-account.ts';

const BEGINNING: EventCursor = { seq: 0, room: 0, me: 0 };

/**
 * Somebody who follows turns by server-sent events, is cut off anywhere, and comes back with nothing but
 * the id of the last event. Holds what came against P8 as it comes.
 */
export class TurnReader {
  readonly events: TurnEvent[] = [];
  /** Whatever was wrong with what came; a listener must not throw. */
  readonly problems: Violation[] = [];
  readonly #principal: Principal;
  readonly #turn: TurnId | null;
  #lastId = idOf(BEGINNING);
  #watch: Watch | null = null;

  /** `turn` null: every turn that the person may see. */
  constructor(principal: Principal, turn: TurnId | null = null) {
    this.#principal = principal;
    this.#turn = turn;
  }

  get reading(): boolean {
    return this.#watch !== null;
  }

  get cursor(): EventCursor {
    return cursorOf(this.#lastId) ?? BEGINNING;
  }

  resume(link: RoomLink, peer: PeerId): void {
    if (this.#watch) return;
    const watch: Watch = new Watch({
      id: peer,
      principal: this.#principal,
      link,
      turn: this.#turn,
      after: cursorOf(this.#lastId),
      started: () => {},
      // A server that was lost may go on talking; nobody hears it.
      event: (event) => this.#watch === watch && this.#take(event),
      ended: () => {
        if (this.#watch === watch) this.#watch = null;
      },
    });
    this.#watch = watch;
  }

  /** The connection goes, and the server hears of it. */
  cut(): void {
    this.#watch?.close();
    this.#watch = null;
  }

  /** The server is gone, so nobody hears anything. */
  lose(): void {
    this.#watch = null;
  }

  #take(event: TurnEvent): void {
    const id = idOf(event.cursor);
    if (BigInt(id) <= BigInt(this.#lastId)) {
      this.problems.push(new Violation('P8', `event ${event.name} at ${id} comes after ${this.#lastId}`));
    }
    this.#lastId = id;
    this.events.push(event);
  }
}

/** Holds all that a reader was told against what the journal holds (P8, R9). */
export function checkStory(reader: TurnReader, user: string, records: readonly StoredRecord[]): void {
  const parked = new Set<TurnId>();
  const due = records.flatMap(({ record }) => [...resumeOf(record, user, parked), ...tokenOf(record, user)]);
  const told = reader.events.flatMap(({ name, turn }) => (name === 'delta' ? [] : [`${name} ${turn}`]));
  claim(told.join('\n') === due.join('\n'), 'P8', `${user} was told\n${told.join('\n')}\nnot\n${due.join('\n')}`);
  claim(
    reader.cursor.seq === due.length,
    'R9',
    `the place of ${user} is ${reader.cursor.seq} after ${due.length} events of theirs`,
  );
  checkTexts(reader);
}

/** The pieces of each answer, since its last attempt, are that answer; of one that was ended early, its beginning. */
function checkTexts(reader: TurnReader): void {
  const shown = new Map<TurnId, string>();
  for (const event of reader.events) {
    if (event.name === 'started' || event.name === 'superseded') shown.set(event.turn, '');
    else if (event.name === 'delta') {
      const before = shown.get(event.turn);
      claim(before !== undefined, 'P8', `a piece of ${event.turn}, which does not run`);
      shown.set(event.turn, before + event.data.text);
    } else if (event.name === 'ended') {
      const text = event.data.text ?? '';
      const pieces = shown.get(event.turn) ?? '';
      const whole = event.data.outcome === 'completed' ? pieces === text : text.startsWith(pieces);
      claim(whole, 'P8', `pieces of ${event.turn}: ${JSON.stringify(pieces)}, the answer: ${JSON.stringify(text)}`);
      shown.delete(event.turn);
    }
  }
}

/** A turn that had given the floor back is told anew when it goes on. */
function resumeOf(record: JournalRecord, user: string, parked: Set<TurnId>): string[] {
  if (record.type === 'turn.parked') parked.add(record.turn);
  if (record.type !== 'turn.resumed' || !parked.delete(record.turn)) return [];
  return record.lane === 'room' || record.lane === `me:${user}` ? [`superseded ${record.turn}`] : [];
}

function tokenOf(record: JournalRecord, user: string): string[] {
  if (!('turn' in record) || (record.lane !== 'room' && record.lane !== `me:${user}`)) return [];
  switch (record.type) {
    case 'ticket.accepted':
      return [`queued ${record.turn}`];
    case 'turn.started':
      return [`started ${record.turn}`];
    case 'turn.attempted':
      return record.attempt > 1 ? [`superseded ${record.turn}`] : [];
    case 'call.started':
    case 'call.ended':
      return [`tool ${record.turn}`];
    case 'call.asked':
    case 'call.decided':
      return [`approval ${record.turn}`];
    case 'turn.ended':
    case 'ticket.ended':
      return [`ended ${record.turn}`];
    default:
      return [];
  }
}
