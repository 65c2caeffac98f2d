import { must } from '@parley/shared/assert';
import type { Author } from '@parley/shared/entry';
import { laneOwner, type LaneKey, type TurnId, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { digestInstruction } from '../../core/compaction/digest-instruction.ts';
import { digestPlan, SWAP_SHARE } from '../../core/compaction/digest-plan.ts';
import { inForce, lastNumber, waiting } from '../../core/compaction/lane-digests.ts';
import type { Context, Sources } from '../../core/context/context.ts';
import { conversationBudget } from '../../core/context/context-layout.ts';
import type { RunningTurn, Ticket } from '../../core/arbiter/lane.ts';
import { isWithin } from '../../core/labels/influence.ts';
import { stepMessages } from '../../core/context/step-messages.ts';
import { seenShare } from '../../core/warming/seen-share.ts';
import type { RecordOf } from '../../core/records.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import type { ModelRequest, Tokenizer } from '../../ports/model.ts';
import type { Digest } from '../../ports/system.ts';
import type { Access } from '../access.ts';
import type { Chronicle } from '../chronicle.ts';
import type { RoomHand } from '../room-hand.ts';
import { audienceOf } from '../lane-access.ts';
import type { AskedDigest } from './asked-digest.ts';
import { ContextBuilder, type Viewpoint } from './context-builder.ts';
import { Grants } from './grants.ts';
import { declared, mayUse } from './offers.ts';
import { turnTokensOf } from './turn-size.ts';

export interface ContextSourceDeps {
  readonly chronicle: Chronicle;
  readonly access: Access;
  readonly digest: Digest;
  readonly tokenizer: Tokenizer;
  readonly hand: RoomHand;
}

/** A prompt, as far as it decides what is sent for it. */
type Asked = Pick<Ticket, 'author' | 'text' | 'tokens'>;

/** What a turn that nobody has asked for yet would begin with. */
export interface Foreseen {
  readonly asking: Pick<ModelRequest, 'messages' | 'tools' | 'allowedTools' | 'cacheKey'>;
  readonly seen: number | null;
  /** Of the conversation, at most. */
  readonly inputTokens: number;
}

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
  readonly #hand: RoomHand;
  readonly #builder: ContextBuilder;
  /** Of the turn that runs or ran last in a lane: each of its steps begins with the same bytes. */
  readonly #built = new Map<LaneKey, Built>();
  readonly #grants: Grants;
  /** What the last turn that was sent a lane's conversation was sent of the lane's own document, and no shelf. */
  readonly #sent = new Map<LaneKey, Context['messages']>();

  constructor({ chronicle, access, digest, tokenizer, hand }: ContextSourceDeps) {
    this.#chronicle = chronicle;
    this.#access = access;
    this.#digest = digest;
    this.#tokenizer = tokenizer;
    this.#hand = hand;
    this.#builder = new ContextBuilder(chronicle, digest, hand);
    this.#grants = new Grants((turn) => chronicle.ledger.ticket(turn)?.fate.kind === 'ended');
  }

  /** What a turn that starts now would be sent (T13), and what stands behind it; `tools`: tokens of what is declared. */
  manifest(
    lane: LaneKey,
    ticket: Ticket,
    tools: number,
  ): { readonly context: RecordOf<'turn.started'>['context']; readonly sources: Sources; readonly load: number } {
    const viewpoint = this.#viewpoint(lane, ticket, tools);
    const quotes = this.#chronicle.ledger.ticket(ticket.turn)?.quotes ?? null;
    const context = this.#builder.build(lane, { ...viewpoint, quotes });
    this.#keep(lane, ticket.turn, context);
    this.#grants.give(ticket.turn, context.sources.resources);
    const isPlain = context.sources.resources.length === 0;
    if (quotes === null)
      this.#sent.set(lane, (isPlain ? context : this.#builder.build(lane, { ...viewpoint, ...OWN })).messages);
    const { turnTokens } = viewpoint;
    const sent = { ...context.manifest, tools, turnTokens, tokens: context.manifest.tokens + tools };
    return { context: sent, sources: context.sources, load: context.load };
  }

  /** C13: which share of what its conversation may use was used when the lane's last turn started. */
  load(lane: LaneKey): number {
    return this.#built.get(lane)?.context.load ?? 0;
  }

  /** The same of a turn that started now with nothing to answer, by the lane's own document alone (R9). */
  idleLoad(lane: LaneKey, tools: number): number {
    return this.#builder.build(lane, this.#instructed(lane, tools, null)).load;
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
    const { wrap } = this.#hand.now;
    const instruction = digestInstruction(plan, isPrivate, wrap);
    const { messages, manifest, sources } = this.#builder.build(lane, { ...viewpoint, instruction });
    const seen = { seenTo: items.length, roomSeenTo: viewpoint.roomTo, redactions: ledger.redactions };
    const made = { tokens: manifest.tokens + tools, sources: manifest.hash, influence: sources.influence };
    return { plan, messages, cacheKey: this.#cacheKey(lane), plain: wrap.plain, ...seen, ...made };
  }

  /** The same of a prompt that nobody has sent yet. */
  measure(lane: LaneKey, prompt: Asked, tools: number): { readonly inputTokens: number; readonly messages: number } {
    const { manifest, messages } = this.#builder.build(lane, this.#viewpoint(lane, prompt, tools));
    return { inputTokens: manifest.tokens, messages: messages.length };
  }

  /**
   * C17: what the lane's next turn would be sent up to the words of its prompt, if this person asked; `seen`: which
   * share of it the last turn was sent too. Of the lane's own document alone: no shelf has a say (R9).
   */
  foresee(lane: LaneKey, author: Author, offers: readonly OfferedFunction[], tools: number): Foreseen {
    // Older entries that go for the shortest prompt go for every one.
    const viewpoint = { ...this.#viewpoint(lane, { author, text: '', tokens: 0 }, tools), ...OWN };
    const now = this.#builder.build(lane, viewpoint);
    const swaps = now.load >= SWAP_SHARE && waiting(this.#chronicle.digests.of(lane)) !== null;
    const { messages, manifest } = swaps ? this.#builder.build(lane, { ...viewpoint, adopts: true }) : now;
    const sent = this.#sent.get(lane);
    const seen = sent === undefined ? null : seenShare(sent, messages);
    const asking = { messages, ...this.#offered(author, offers), cacheKey: this.#cacheKey(lane) };
    return { asking, seen, inputTokens: manifest.tokens };
  }

  /** The request for the step that the running turn is at: what it was started with, and all steps before. */
  request(
    lane: LaneKey,
    running: RunningTurn,
    offers: readonly OfferedFunction[],
  ): Omit<ModelRequest, 'caller' | 'inputTokens'> {
    const { wrap } = this.#hand.now;
    return {
      messages: [...this.#context(lane, running).messages, ...stepMessages(running.steps, wrap)],
      ...this.#offered(running.author, offers),
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      cacheKey: this.#cacheKey(lane),
    };
  }

  #offered({ id }: Author, offers: readonly OfferedFunction[]): Pick<ModelRequest, 'tools' | 'allowedTools'> {
    const { room } = this.#chronicle;
    // A prompt is by a person.
    const allowed = offers.filter((offered) => mayUse(room, id as UserId, offered));
    return { tools: declared(offers), allowedTools: allowed.map(({ name }) => name) };
  }

  #cacheKey(lane: LaneKey): string {
    const { salt } = must(this.#chronicle.room.lanes.get(lane), 'a lane that asks is open');
    return this.#digest(`cache\n${salt}`);
  }

  /** Where the lane stands, or stood with so many entries, seen by nobody who asks. */
  #instructed(lane: LaneKey, tools: number, entries: number | null): Viewpoint {
    const owner = laneOwner(lane);
    const { ledger, room } = this.#chronicle;
    const to = entries ?? ledger.entries(lane).length;
    const { turnTokens } = room.policy.limits;
    return {
      ...{ author: { id: owner ?? 'system', name: '', kind: 'system' }, text: '', tokens: 0, quotes: null },
      ...{ turnTokens, tools },
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

  /** Where the lane stands now, seen by whoever may read along. */
  #viewpoint(lane: LaneKey, { author, text, tokens }: Asked, tools: number): Viewpoint {
    const { ledger, room } = this.#chronicle;
    const seq = ledger.entries(lane).length + 1;
    const roomTo = lane === 'room' ? seq - 1 : ledger.entries('room').length;
    const audience = audienceOf(room, lane);
    return {
      ...{ author, text, tokens, quotes: null, seq, roomTo, tools, recordSeq: Number.POSITIVE_INFINITY },
      turnTokens: room.policy.limits.turnTokens,
      admits: (resources) => this.#access.admits(audience, resources),
    };
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

  /**
   * Never more than at its start: what it was sent then is what its answer is labelled with (R4), and who is behind it
   * (R6). Where words were taken away there is room for older ones, which nobody accounted for.
   */
  #rebuild(lane: LaneKey, running: RunningTurn): Context {
    const viewpoint = this.#startOf(lane, running);
    const context = this.#builder.build(lane, viewpoint);
    if (isWithin(context.sources.influence, running.influence)) return context;
    return this.#builder.build(lane, { ...viewpoint, shapedBy: running.influence });
  }

  #startOf(lane: LaneKey, { turn, author, text }: RunningTurn): Viewpoint {
    const { ledger } = this.#chronicle;
    const facts = ledger.ticket(turn);
    if (facts?.fate.kind !== 'running') throw new Error('must: the turn that runs is known to run');
    const { promptSeq, roomTo, startedSeq, sentResources, declaredTokens: tools, recalled } = facts.fate;
    const { tokens } = must(ledger.entries(lane)[promptSeq - 1], 'a started prompt is an entry');
    const granted = this.#grants.of(turn) ?? this.#grants.give(turn, this.#stillRead(lane, sentResources));
    const turnTokens = turnTokensOf(this.#chronicle, turn);
    return {
      ...{ author, text, tokens, quotes: facts.quotes, seq: promptSeq, roomTo, turnTokens, tools },
      ...{ recordSeq: startedSeq, recalled },
      admits: (resources) => resources.every((resource) => granted.includes(resource)),
    };
  }

  /** D6: of a turn that is taken up after a crash rights are read again. */
  #stillRead(lane: LaneKey, resources: readonly ResourceId[]): readonly ResourceId[] {
    const audience = audienceOf(this.#chronicle.room, lane);
    return resources.filter((resource) => this.#access.admits(audience, [resource]));
  }
}

/** The lane's own document, and nothing that a prompt would look for in it. */
const OWN: Pick<Viewpoint, 'admits' | 'recalled'> = { admits: () => false, recalled: [] };
/** No answer is longer; what a model allows may be less. */
const MAX_OUTPUT_TOKENS = 4_096;
