import { must } from '@parley/shared/assert';
import type { Author } from '@parley/shared/entry';
import { laneOwner, type EntryId, type LaneKey, type TurnId, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { digestInstruction } from '../../core/compaction/digest-instruction.ts';
import { digestPlan, type DigestPlan } from '../../core/compaction/digest-plan.ts';
import type { Compacted } from '../../core/compaction/head.ts';
import { inForce, lastNumber } from '../../core/compaction/lane-digests.ts';
import { admitted, type Shelved } from '../../core/context/admission.ts';
import {
  buildContext,
  type Context,
  type ContextInput,
  type ContextItem,
  type Sources,
} from '../../core/context/context.ts';
import { conversationBudget } from '../../core/context/context-layout.ts';
import { Pasts } from '../../core/context/context-past.ts';
import { boundaryOf, envelopes } from '../../core/context/envelope.ts';
import type { RunningTurn, Ticket } from '../../core/arbiter/lane.ts';
import type { Influence } from '../../core/labels/influence.ts';
import { stepMessages } from '../../core/context/step-messages.ts';
import type { RecordOf } from '../../core/records.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import type { ModelRequest, Tokenizer } from '../../ports/model.ts';
import type { Digest } from '../../ports/system.ts';
import type { Access } from '../access.ts';
import type { Chronicle } from '../chronicle.ts';
import { audienceOf } from '../lane-access.ts';
import { declared, mayUse } from './offers.ts';

export interface ContextSourceDeps {
  readonly chronicle: Chronicle;
  readonly access: Access;
  readonly digest: Digest;
  readonly tokenizer: Tokenizer;
}

/** A digest as its model is asked for it, with what stands behind it. */
export interface AskedDigest {
  readonly plan: DigestPlan;
  readonly messages: ModelRequest['messages'];
  readonly cacheKey: string;
  /** Of the messages. */
  readonly tokens: number;
  readonly sources: string;
  readonly influence: Influence;
  readonly seenTo: number;
  readonly roomSeenTo: number;
  /** How often words had been taken away by then. */
  readonly redactions: number;
  readonly plain: (text: string) => string;
}

/** A prompt with the place from which its turn looks back (T18: fixed when the turn starts). */
interface Viewpoint {
  readonly author: Author;
  readonly text: string;
  readonly tokens: number;
  readonly quotes: readonly EntryId[] | null;
  readonly seq: number;
  readonly roomTo: number;
  /** What the functions that were declared took of what the turn may use. */
  readonly tools: number;
  /** What the journal held then. */
  readonly recordSeq: number;
  /** Whether everybody in the audience may read what was made from these. */
  readonly admits: (resources: readonly ResourceId[]) => boolean;
  readonly instruction?: { readonly text: string; readonly tokens: number };
}

/** A prompt, as far as it decides what is sent for it. */
type Asked = Pick<Ticket, 'author' | 'text' | 'tokens'>;

/** Good for as long as no words that it may hold were taken away (R14). */
interface Built {
  readonly turn: TurnId;
  readonly context: Context;
  readonly redactions: number;
}

/** Gives each turn what its model is sent, built once; after a crash, built again to the same bytes. */
export class ContextSource {
  readonly #chronicle: Chronicle;
  readonly #access: Access;
  readonly #digest: Digest;
  readonly #tokenizer: Tokenizer;
  /** Of the turn that runs or ran last in a lane: each of its steps begins with the same bytes. */
  readonly #built = new Map<LaneKey, Built>();

  #pasts = new Pasts();
  #redactions = 0;

  constructor({ chronicle, access, digest, tokenizer }: ContextSourceDeps) {
    this.#chronicle = chronicle;
    this.#access = access;
    this.#digest = digest;
    this.#tokenizer = tokenizer;
  }

  /** What a turn that starts now would be sent (T13), and what stands behind it; `tools`: tokens of what is declared. */
  manifest(
    lane: LaneKey,
    ticket: Ticket,
    tools: number,
  ): { readonly context: RecordOf<'turn.started'>['context']; readonly sources: Sources; readonly load: number } {
    const context = this.#now(lane, ticket, this.#chronicle.ledger.ticket(ticket.turn)?.quotes ?? null, tools);
    this.#keep(lane, ticket.turn, context);
    const sent = { ...context.manifest, tools, tokens: context.manifest.tokens + tools };
    return { context: sent, sources: context.sources, load: context.load };
  }

  /** C13: which share of what its conversation may use was used when the lane's last turn started. */
  load(lane: LaneKey): number {
    return this.#built.get(lane)?.context.load ?? 0;
  }

  /** The same of a turn that started now with nothing to answer, by the lane's own document alone (R9). */
  idleLoad(lane: LaneKey, tools: number): number {
    return this.#build(lane, this.#instructed(lane, tools, null)).load;
  }

  /**
   * The request for a lane's next digest: what its last turn was sent, byte for byte, and the instruction; null when
   * there is nothing to sum up. Of the lane's own document alone (R7): what stands beside it is not everybody's.
   * `entries`: as it was when the lane had so many, and has the same digest; null: as it is now.
   */
  digest(lane: LaneKey, tools: number, entries: number | null): AskedDigest | null {
    const { ledger, room, digests } = this.#chronicle;
    const isPrivate = lane !== 'room';
    const viewpoint = this.#instructed(lane, tools, entries);
    const items = ledger.entries(lane).slice(0, viewpoint.seq - 1);
    const current = inForce(digests.of(lane), viewpoint.recordSeq);
    const budget = conversationBudget(room.policy.limits.turnTokens - tools, isPrivate);
    const plan = digestPlan({ items, isPrivate, current, lastNumber: lastNumber(digests.of(lane)), budget });
    if (plan === null) return null;
    const wrap = envelopes(boundaryOf(room.salt, this.#digest));
    const instruction = digestInstruction(plan, isPrivate, wrap);
    const { messages, manifest, sources } = this.#build(lane, { ...viewpoint, instruction });
    const seen = { seenTo: items.length, roomSeenTo: viewpoint.roomTo, redactions: ledger.redactions };
    const made = { tokens: manifest.tokens + tools, sources: manifest.hash, influence: sources.influence };
    return { plan, messages, cacheKey: this.#cacheKey(lane), plain: wrap.plain, ...seen, ...made };
  }

  /** The same of a prompt that nobody has sent yet. */
  measure(lane: LaneKey, prompt: Asked, tools: number): { readonly inputTokens: number; readonly messages: number } {
    const { manifest, messages } = this.#now(lane, prompt, null, tools);
    return { inputTokens: manifest.tokens, messages: messages.length };
  }

  /** The request for the step that the running turn is at: what it was started with, and all steps before. */
  request(lane: LaneKey, running: RunningTurn, offers: readonly OfferedFunction[]): Omit<ModelRequest, 'caller'> {
    const { room } = this.#chronicle;
    const wrap = envelopes(boundaryOf(room.salt, this.#digest));
    // A prompt is by a person.
    const speaker = running.author.id as UserId;
    return {
      messages: [...this.#context(lane, running).messages, ...stepMessages(running.steps, wrap)],
      tools: declared(offers),
      allowedTools: offers.filter((offered) => mayUse(room, speaker, offered)).map(({ name }) => name),
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      cacheKey: this.#cacheKey(lane),
    };
  }

  #cacheKey(lane: LaneKey): string {
    const { salt } = must(this.#chronicle.room.lanes.get(lane), 'a lane that asks is open');
    return this.#digest(`cache\n${salt}`);
  }

  /** Where the lane stands, or stood with so many entries, seen by nobody who asks. */
  #instructed(lane: LaneKey, tools: number, entries: number | null): Viewpoint {
    const owner = laneOwner(lane);
    const { ledger } = this.#chronicle;
    const to = entries ?? ledger.entries(lane).length;
    return {
      ...{ author: { id: owner ?? 'system', name: '', kind: 'system' }, text: '', tokens: 0, quotes: null, tools },
      ...{ seq: to + 1, roomTo: lane === 'room' ? to : ledger.entries('room').length },
      ...{ recordSeq: Number.POSITIVE_INFINITY, admits: () => false },
    };
  }

  /** Tokens of that request's conversation, as they were counted when it was written. */
  tokens(lane: LaneKey, running: RunningTurn): number {
    const results = running.steps.flatMap(({ calls }) => calls).reduce((sum, { tokens }) => sum + tokens, 0);
    const asked = running.steps.map(
      ({ text, calls }) => text + calls.map(({ proposed }) => proposed.arguments).join(''),
    );
    return this.#context(lane, running).manifest.tokens + results + this.#tokenizer.count(asked.join(''));
  }

  #now(lane: LaneKey, { author, text, tokens }: Asked, quotes: readonly EntryId[] | null, tools: number): Context {
    const { ledger, room } = this.#chronicle;
    const seq = ledger.entries(lane).length + 1;
    const roomTo = lane === 'room' ? seq - 1 : ledger.entries('room').length;
    const audience = audienceOf(room, lane);
    return this.#build(lane, {
      ...{ author, text, tokens, quotes, seq, roomTo, tools, recordSeq: Number.POSITIVE_INFINITY },
      admits: (resources) => this.#access.admits(audience, resources),
    });
  }

  #context(lane: LaneKey, running: RunningTurn): Context {
    const built = this.#built.get(lane);
    const { redactions } = this.#chronicle.ledger;
    if (built?.turn === running.turn && built.redactions === redactions) return built.context;
    return this.#keep(lane, running.turn, this.#rebuild(lane, running));
  }

  #keep(lane: LaneKey, turn: TurnId, context: Context): Context {
    this.#built.set(lane, { turn, context, redactions: this.#chronicle.ledger.redactions });
    return context;
  }

  /** Never more than at its start: what it was sent then is what its answer is labelled with (R4). */
  #rebuild(lane: LaneKey, { turn, author, text }: RunningTurn): Context {
    const { ledger, room } = this.#chronicle;
    const facts = ledger.ticket(turn);
    if (facts?.fate.kind !== 'running') throw new Error('must: the turn that runs is known to run');
    const { promptSeq, roomTo, startedSeq, sentResources: behind, declaredTokens: tools } = facts.fate;
    const prompt = must(ledger.entries(lane)[promptSeq - 1], 'a started prompt is an entry');
    const audience = audienceOf(room, lane);
    return this.#build(lane, {
      ...{
        author,
        text,
        tokens: prompt.tokens,
        quotes: facts.quotes,
        seq: promptSeq,
        roomTo,
        tools,
        recordSeq: startedSeq,
      },
      admits: (resources) =>
        resources.every((resource) => behind.includes(resource)) && this.#access.admits(audience, resources),
    });
  }

  #build(lane: LaneKey, viewpoint: Viewpoint): Context {
    const { room } = this.#chronicle;
    const { author, text, tokens, quotes, seq, roomTo, tools, recordSeq, instruction } = viewpoint;
    return buildContext({
      salts: { room: room.salt, lane: must(room.lanes.get(lane), 'a lane that starts is open').salt },
      room: this.#items('room', roomTo, viewpoint),
      own: lane === 'room' ? null : this.#items(lane, seq - 1, viewpoint),
      prompt: { seq, author, text, tokens },
      quotes,
      budget: room.policy.limits.turnTokens - tools,
      hash: this.#digest,
      pasts: this.#freshPasts(),
      compacted: this.#compactedFor(lane, recordSeq),
      ...(instruction === undefined ? {} : { instruction }),
    });
  }

  #compactedFor(lane: LaneKey, recordSeq: number): NonNullable<ContextInput['compacted']> {
    const room = this.#compacted('room', recordSeq);
    return { room, own: lane === 'room' ? room : this.#compacted(lane, recordSeq) };
  }

  #compacted(lane: LaneKey, recordSeq: number): Compacted {
    const { digests, ledger, pins } = this.#chronicle;
    const generation = inForce(digests.of(lane), recordSeq);
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

  #items(lane: LaneKey, to: number, { recordSeq, admits }: Viewpoint): readonly ContextItem[] {
    const { ledger } = this.#chronicle;
    const shelves = ledger.shelves(lane).map((shelf): Shelved => ({
      label: this.#chronicle.shelfName(shelf).slice('transcript.'.length),
      resources: shelf.resources,
      items: shelf.items.filter((item) => item.recordSeq < recordSeq),
    }));
    return admitted(ledger.entries(lane).slice(0, to), shelves, admits);
  }
}

/** No answer is longer; what a model allows may be less. */
const MAX_OUTPUT_TOKENS = 4_096;
