import { must } from '@parley/shared/assert';
import type { Author } from '@parley/shared/entry';
import type { LaneKey, TurnId } from '@parley/shared/ids';
import { buildContext, type Context, type ContextManifest } from '../../core/context.ts';
import type { RunningTurn, Ticket } from '../../core/lane.ts';
import type { ModelRequest } from '../../ports/model.ts';
import type { Digest } from '../../ports/system.ts';
import type { Chronicle } from '../chronicle.ts';

/** A prompt with the place from which its turn looks back (T18: fixed when the turn starts). */
interface Viewpoint {
  readonly author: Author;
  readonly text: string;
  readonly tokens: number;
  readonly seq: number;
  readonly roomTo: number;
}

/** Gives each turn what its model is sent, built once; after a crash, built again to the same bytes. */
export class ContextSource {
  readonly #chronicle: Chronicle;
  readonly #digest: Digest;
  /** Between the start of a turn and its call; a lane has one at a time. */
  readonly #built = new Map<LaneKey, { readonly turn: TurnId; readonly context: Context }>();

  constructor(chronicle: Chronicle, digest: Digest) {
    this.#chronicle = chronicle;
    this.#digest = digest;
  }

  /** What a turn that starts now would be sent (T13). */
  manifest(lane: LaneKey, ticket: Ticket): ContextManifest {
    const { ledger } = this.#chronicle;
    const { author, text, tokens, turn } = ticket;
    const seq = ledger.entries(lane).length + 1;
    const roomTo = lane === 'room' ? seq - 1 : ledger.entries('room').length;
    const context = this.#build(lane, { author, text, tokens, seq, roomTo });
    this.#built.set(lane, { turn, context });
    return context.manifest;
  }

  /** The request for the turn that runs. */
  request(lane: LaneKey, running: RunningTurn): ModelRequest {
    const built = this.#built.get(lane);
    this.#built.delete(lane);
    const { messages } = built?.turn === running.turn ? built.context : this.#rebuild(lane, running);
    const { salt } = must(this.#chronicle.room.lanes.get(lane), 'a lane that runs is open');
    return {
      messages,
      tools: [],
      allowedTools: [],
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      cacheKey: this.#digest(`cache\n${salt}`),
    };
  }

  #rebuild(lane: LaneKey, { turn, author, text }: RunningTurn): Context {
    const { ledger } = this.#chronicle;
    const fate = ledger.ticket(turn)?.fate;
    if (fate?.kind !== 'running') throw new Error('must: the turn that runs is known to run');
    const prompt = must(ledger.entries(lane)[fate.promptSeq - 1], 'a started prompt is an entry');
    return this.#build(lane, { author, text, tokens: prompt.tokens, seq: fate.promptSeq, roomTo: fate.roomTo });
  }

  #build(lane: LaneKey, { author, text, tokens, seq, roomTo }: Viewpoint): Context {
    const { ledger, room } = this.#chronicle;
    return buildContext({
      salts: { room: room.salt, lane: must(room.lanes.get(lane), 'a lane that starts is open').salt },
      room: ledger.entries('room').slice(0, roomTo),
      own: lane === 'room' ? null : ledger.entries(lane).slice(0, seq - 1),
      prompt: { seq, author, text, tokens },
      budget: room.policy.limits.turnTokens,
      hash: this.#digest,
    });
  }
}

/** No answer is longer; what a model allows may be less. */
const MAX_OUTPUT_TOKENS = 4_096;
