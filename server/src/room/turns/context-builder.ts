import { must } from '@parley/shared/assert';
import type { Author } from '@parley/shared/entry';
import type { EntryId, LaneKey } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Generation } from '../../core/compaction/generation.ts';
import type { Compacted } from '../../core/compaction/head.ts';
import { inForce, waiting } from '../../core/compaction/lane-digests.ts';
import { admitted, type Shelved } from '../../core/context/admission.ts';
import { buildContext, type Context, type ContextInput, type ContextItem } from '../../core/context/context.ts';
import { Pasts } from '../../core/context/context-past.ts';
import { RoomWords } from '../../core/recall/lane-words.ts';
import { isSent } from '../../core/context/sealed-order.ts';
import { isWithin, type Influence } from '../../core/labels/influence.ts';
import type { Digest } from '../../ports/system.ts';
import type { Chronicle } from '../chronicle.ts';
import type { RoomHand } from '../room-hand.ts';

/** A prompt with the place from which its turn looks back (T18: fixed when the turn starts). */
export interface Viewpoint {
  readonly author: Author;
  readonly text: string;
  readonly tokens: number;
  readonly quotes: readonly EntryId[] | null;
  readonly seq: number;
  readonly roomTo: number;
  /** What a turn may use, and what the functions that were declared took of it. */
  readonly turnTokens: number;
  readonly tools: number;
  /** What the journal held then. */
  readonly recordSeq: number;
  /** Whether everybody in the audience may read what was made from these. */
  readonly admits: (resources: readonly ResourceId[]) => boolean;
  readonly instruction?: { readonly text: string; readonly tokens: number };
  /** Of a turn that has started: what it recalled then (C6). */
  readonly recalled?: readonly string[];
  /** Of such a turn: whose words alone may be said to it (R6). */
  readonly shapedBy?: Influence;
  /** The lane's digest that waits is taken for the one in force. */
  readonly adopts?: boolean;
}

/** Lays out what a model is sent, of what the journal held at a viewpoint and its audience may read. */
export class ContextBuilder {
  readonly #chronicle: Chronicle;
  readonly #digest: Digest;
  readonly #hand: RoomHand;
  readonly #words = new RoomWords();
  #pasts = new Pasts();
  #redactions = 0;

  constructor(chronicle: Chronicle, digest: Digest, hand: RoomHand) {
    this.#chronicle = chronicle;
    this.#digest = digest;
    this.#hand = hand;
  }

  build(lane: LaneKey, viewpoint: Viewpoint): Context {
    const { room } = this.#chronicle;
    const { author, text, tokens, quotes, seq, roomTo, turnTokens, tools, instruction, recalled } = viewpoint;
    return buildContext({
      salts: { room: room.salt, lane: must(room.lanes.get(lane), 'a lane that starts is open').salt },
      room: this.#items('room', roomTo, viewpoint),
      own: lane === 'room' ? null : this.#items(lane, seq - 1, viewpoint),
      prompt: { seq, author, text, tokens },
      quotes,
      budget: turnTokens - tools,
      hash: this.#digest,
      hand: this.#hand.now,
      pasts: this.#freshPasts(),
      words: this.#words,
      compacted: this.#compactedFor(lane, viewpoint),
      ...(instruction === undefined ? {} : { instruction }),
      ...(recalled === undefined ? {} : { recalled }),
    });
  }

  #compactedFor(lane: LaneKey, { recordSeq, adopts }: Viewpoint): NonNullable<ContextInput['compacted']> {
    // It comes into force with what is put up by then.
    const next = adopts === true ? waiting(this.#chronicle.digests.of(lane)) : null;
    const own = this.#compacted(lane, recordSeq, next && { ...next, since: recordSeq });
    return { room: lane === 'room' ? own : this.#compacted('room', recordSeq, null), own };
  }

  #compacted(lane: LaneKey, recordSeq: number, next: Generation | null): Compacted {
    const { digests, ledger, pins } = this.#chronicle;
    const generation = next ?? inForce(digests.of(lane), recordSeq);
    const rows = { headSeq: generation?.since ?? 0, before: recordSeq };
    return { generation, pins: pins.sent(lane, ledger, rows) };
  }

  /** Nothing of what was taken away may stay folded (R14). */
  #freshPasts(): Pasts {
    const { redactions } = this.#chronicle.ledger;
    if (redactions !== this.#redactions) this.#pasts = new Pasts();
    this.#redactions = redactions;
    return this.#pasts;
  }

  #items(lane: LaneKey, to: number, { recordSeq, admits, shapedBy }: Viewpoint): readonly ContextItem[] {
    const { ledger } = this.#chronicle;
    const shelves = ledger.shelves(lane).map((shelf): Shelved => ({
      label: this.#chronicle.shelfName(shelf).slice('transcript.'.length),
      resources: shelf.resources,
      items: shelf.items.filter((item) => item.recordSeq < recordSeq),
    }));
    const all = admitted(ledger.entries(lane).slice(0, to), shelves, admits);
    return shapedBy === undefined ? all : all.filter((item) => !isSent(item) || isWithin(item.influence, shapedBy));
  }
}
