import type { EntryId, LaneKey, TurnId, UserId } from '@parley/shared/ids';
import { privateLane } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { evolve } from '../../core/arbiter/evolve.ts';
import { joinResources } from '../../core/labels/label.ts';
import { startedTurns, type LaneState, type RunningTurn } from '../../core/arbiter/lane.ts';
import { nextPlace } from '../../core/arbiter/place.ts';
import type { JournalRecord, RecordOf } from '../../core/records.ts';
import { openCall } from '../../core/arbiter/turn-work.ts';
import type { Tokenizer } from '../../ports/model.ts';
import type { Clock, Ids } from '../../ports/system.ts';
import type { Chronicle } from '../chronicle.ts';

export interface NoticesDeps {
  readonly lane: LaneKey;
  readonly chronicle: Chronicle;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tokenizer: Tokenizer;
}

/** A lane before and after what was decided in it. */
interface Moment {
  readonly before: LaneState;
  readonly after: LaneState;
}

interface Notice {
  readonly lane: LaneKey;
  readonly text: string;
  readonly turn?: TurnId;
  readonly resources: readonly ResourceId[];
}

/**
 * What people have to hear of a decision besides its own records: it belongs in the same batch, so that a crash
 * loses both or none (D2). Lanes of people who hear something are loaded before it is decided.
 */
export class Notices {
  readonly #deps: NoticesDeps;

  constructor(deps: NoticesDeps) {
    this.#deps = deps;
  }

  of(records: readonly JournalRecord[], moment: Moment): readonly RecordOf<'entry.added'>[] {
    const { lane, chronicle } = this.#deps;
    const states = new Map<LaneKey, LaneState>([[lane, moment.after]]);
    return records
      .flatMap((record) => this.#toldOf(record, moment.before))
      .map((notice) => {
        const state = states.get(notice.lane) ?? chronicle.laneState(notice.lane);
        const added = this.#added(notice, state);
        states.set(notice.lane, evolve(state, added));
        return added;
      });
  }

  #toldOf(record: JournalRecord, before: LaneState): readonly Notice[] {
    switch (record.type) {
      case 'call.ended':
        return this.#ofCall(record, before);
      case 'turn.resumed':
        return this.#ofReturn(record, before);
      default:
        return [];
    }
  }

  /**
   * R3: only the speaker hears that something was withheld. D5: a call of which nobody knows whether it happened is
   * told to whoever may read what it was made from; what it was about stays with its speaker (T41).
   */
  #ofCall(record: RecordOf<'call.ended'>, before: LaneState): readonly Notice[] {
    const turn = startedTurns(before).find((each) => each.turn === record.turn);
    if (turn === undefined) return [];
    // The record is of the call that was next before it.
    const title = openCall(turn)?.proposed.title ?? 'a tool';
    const own = record.withheld === 0 ? [] : this.#toSpeaker(turn, withheld(record.withheld, title));
    if (record.outcome !== 'unknown') return own;
    const resources = joinResources(turn.resources, record.resources);
    const text = `${title}, for ${turn.author.name}: whether this call happened is not known. It is not made again by itself; somebody has to look.`;
    return [...own, { lane: this.#deps.lane, turn: turn.turn, resources, text }];
  }

  /** T22: its speaker hears that the conversation has moved on; the turn itself keeps what it was started with (T18). */
  #ofReturn(record: RecordOf<'turn.resumed'>, before: LaneState): readonly Notice[] {
    const { chronicle, lane } = this.#deps;
    const parked = before.parked.find(({ turn }) => turn.turn === record.turn);
    if (parked === undefined) return [];
    const added = chronicle.ledger.entries(lane).filter(({ entry }) => entry.at > parked.since).length;
    return added === 0 ? [] : this.#toSpeaker(parked.turn, moved(added));
  }

  /** Whoever is no member any more hears nothing. */
  #toSpeaker({ author }: RunningTurn, text: string): readonly Notice[] {
    const user = author.id as UserId;
    return this.#deps.chronicle.room.members.has(user) ? [{ lane: privateLane(user), resources: [], text }] : [];
  }

  #added({ lane, resources, ...said }: Notice, state: LaneState): RecordOf<'entry.added'> {
    const { clock, ids, tokenizer } = this.#deps;
    const at = clock.now();
    const id = ids.next('e') as EntryId;
    const entry = { id, ...nextPlace(state, resources), kind: 'notice', author: SYSTEM, ...said, at } as const;
    return { type: 'entry.added', lane, entry, tokens: tokenizer.count(said.text), at };
  }
}

function withheld(count: number, title: string): string {
  const [what, were, them] = count === 1 ? ['1 result', 'was', 'it'] : [`${count} results`, 'were', 'them'];
  return `${what} of ${title} ${were} withheld here, because not everybody who reads along may read ${them}. Ask privately.`;
}

function moved(count: number): string {
  const what = count === 1 ? '1 entry was added' : `${count} entries were added`;
  return `${what} while your turn waited for you. Its answer does not know what they say.`;
}

export const SYSTEM = { id: 'system', name: 'Parley', kind: 'system' } as const;
