import type { Entry } from '@parley/shared/entry';
import type { ClientKey, EntryId, LaneKey, TurnId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { joinInfluence } from '../core/labels/influence.ts';
import { joinResources } from '../core/labels/label.ts';
import { redactedEntry } from '../core/labels/redact-records.ts';
import type { JournalRecord, RecordOf } from '../core/records.ts';
import { callFacts, type CallRecord } from './call-facts.ts';
import {
  accepted,
  endedUnstarted,
  started,
  withoutCalls,
  type StartedFacts,
  type TicketFacts,
} from './ticket-facts.ts';
import { Stacks, type CountedEntry, type Shelf } from './stacks.ts';

/**
 * What a room remembers beside the state that decides: its entries, its tickets and the ids it has
 * seen. It only grows, and it is rebuilt from the journal.
 */
export class Ledger {
  readonly #tickets = new Map<TurnId, TicketFacts>();
  readonly #prompts = new Map<string, TurnId>();
  readonly #messages = new Map<string, EntryId>();
  readonly #releases = new Map<EntryId, EntryId>();
  readonly #operations = new Set<string>();
  readonly #stacks = new Stacks();
  #permissionEpoch = 0;
  #redactions = 0;

  /** Takes in one record of the journal with its sequence. */
  apply(record: JournalRecord, seq: number): void {
    switch (record.type) {
      case 'room.created':
      case 'room.changed':
      case 'member.set':
      case 'member.removed':
        this.#permissionEpoch += 1;
        return;
      case 'entry.added':
        this.#stacks.add(record.lane, addedItem(record, seq));
        if (record.key !== undefined) this.#messages.set(idOf(record.entry.author.id, record.key), record.entry.id);
        return;
      case 'background.settled':
        this.#operations.add(record.operation);
        return;
      case 'entry.released':
        this.#releases.set(record.entry, record.as);
        return;
      case 'entry.redacted':
        this.#redacted(record);
        return;
      case 'ticket.accepted':
        this.#prompts.set(idOf(record.author.id, record.key), record.turn);
        this.#tickets.set(record.turn, accepted(record, seq));
        return;
      case 'ticket.edited':
        this.#change(record.turn, { text: record.text, revision: record.revision });
        return;
      case 'ticket.ended':
        this.#change(record.turn, { fate: endedUnstarted(record, seq) });
        return;
      case 'turn.started':
        this.#stacks.add(record.lane, promptItem(record, seq));
        this.#change(record.turn, { fate: started(record, seq, this.#permissionEpoch) });
        this.#stacks.open(record.lane, record.resources ?? []);
        return;
      case 'turn.attempted':
        if (record.attempt > 1) this.#superseded(record.turn, { at: seq, attempt: record.attempt });
        return;
      case 'turn.parked':
        this.#parked(record.turn, seq);
        return;
      case 'turn.resumed':
        this.#resumed(record.turn, seq);
        return;
      case 'turn.stepped':
      case 'call.asked':
      case 'call.decided':
      case 'call.started':
      case 'call.ended':
        this.#called(record, seq);
        return;
      case 'turn.ended':
        if (record.answer) this.#stacks.add(record.lane, this.#answerItem(record, record.answer, seq));
        this.#ended(record, seq);
        return;
      default:
    }
  }

  ticket(turn: TurnId): TicketFacts | undefined {
    return this.#tickets.get(turn);
  }

  /** The ticket that this person's id already made, whatever became of it (T2). */
  ticketOf(author: string, key: ClientKey): TicketFacts | undefined {
    const turn = this.#prompts.get(idOf(author, key));
    return turn === undefined ? undefined : this.#tickets.get(turn);
  }

  messageOf(author: string, key: ClientKey): Entry | undefined {
    const id = this.#messages.get(idOf(author, key));
    return id === undefined ? undefined : this.entry(id)?.item.entry;
  }

  /** What the room got when this entry was released (R5). */
  releaseOf(entry: EntryId): EntryId | undefined {
    return this.#releases.get(entry);
  }

  /** Whether the answer to a background question was taken in, whatever came of it (G9). */
  isSettled(operation: string): boolean {
    return this.#operations.has(operation);
  }

  /** In order of acceptance. */
  tickets(): Iterable<TicketFacts> {
    return this.#tickets.values();
  }

  /** A lane's own entries, oldest first; entry `seq` n stands at index n − 1. Those on shelves are not among them. */
  entries(lane: LaneKey): readonly CountedEntry[] {
    return this.#stacks.entries(lane);
  }

  /** Where entries of a lane stand that were made from resources, in the order of their keys. */
  shelves(lane: LaneKey): readonly Shelf[] {
    return this.#stacks.shelves(lane);
  }

  /** It only grows. */
  get shelfCount(): number {
    return this.#stacks.count;
  }

  /** The shelves of every lane. */
  allShelves(): readonly Shelf[] {
    return this.#stacks.all();
  }

  /** An entry of a lane, wherever it stands, by its id. */
  entry(id: EntryId): { readonly lane: LaneKey; readonly item: CountedEntry } | undefined {
    return this.#stacks.entry(id);
  }

  /** Grows whenever words are taken away: whatever was made from entries before has to be made anew. */
  get redactions(): number {
    return this.#redactions;
  }

  /** R4: what the text of a turn was made from so far; nothing before it started. */
  resourcesOf(turn: TurnId): readonly ResourceId[] {
    const fate = this.#tickets.get(turn)?.fate;
    if (fate?.kind === 'running') return fate.resources;
    return fate?.kind === 'ended' ? joinResources(fate.answer?.resources, fate.started?.resources) : [];
  }

  /** The words of an entry are gone from here too (R14). */
  #redacted({ entry: id, by }: RecordOf<'entry.redacted'>): void {
    const known = this.entry(id)?.item.entry;
    if (known === undefined) return;
    const entry = redactedEntry(known, by);
    this.#stacks.replace(entry, 0);
    this.#stacks.forget(id);
    this.#redactions += 1;
    if (entry.turn === undefined) return;
    if (entry.kind === 'prompt') this.#change(entry.turn, { submitted: null, text: '' });
    const fate = this.#tickets.get(entry.turn)?.fate;
    if (entry.kind === 'answer' && fate?.kind === 'ended')
      this.#change(entry.turn, { fate: { ...fate, answer: entry, started: withoutCalls(fate.started) } });
  }

  #change(turn: TurnId, changes: Partial<TicketFacts>): void {
    const facts = this.#tickets.get(turn);
    if (facts) this.#tickets.set(turn, { ...facts, ...changes });
  }

  #superseded(turn: TurnId, told: StartedFacts['superseded'][number]): void {
    const fate = this.#tickets.get(turn)?.fate;
    if (fate?.kind !== 'running') return;
    this.#change(turn, { fate: { ...fate, parkedSeq: null, superseded: [...fate.superseded, told] } });
  }

  #parked(turn: TurnId, parkedSeq: number): void {
    const fate = this.#tickets.get(turn)?.fate;
    if (fate?.kind === 'running') this.#change(turn, { fate: { ...fate, parkedSeq } });
  }

  /** One that had kept the floor goes on where it was. */
  #resumed(turn: TurnId, at: number): void {
    const fate = this.#tickets.get(turn)?.fate;
    if (fate?.kind !== 'running' || fate.parkedSeq === null) return;
    this.#superseded(turn, { at, attempt: fate.superseded.at(-1)?.attempt ?? 1 });
  }

  /** What a tool returned shapes the turn from then on. */
  #called(record: CallRecord, seq: number): void {
    const fate = this.#tickets.get(record.turn)?.fate;
    if (fate?.kind !== 'running') return;
    const calls = callFacts(fate.calls, { record, seq, shelved: fate.resources.length > 0 });
    if (record.type !== 'call.ended') return this.#change(record.turn, { fate: { ...fate, calls } });
    const resources = joinResources(fate.resources, record.resources);
    const influence = joinInfluence(fate.influence, record.influence ?? []);
    this.#change(record.turn, { fate: { ...fate, calls, resources, influence } });
    this.#stacks.open(record.lane, resources);
  }

  #answerItem({ tokens, influence, turn }: RecordOf<'turn.ended'>, entry: Entry, seq: number): CountedEntry {
    const fate = this.#tickets.get(turn)?.fate;
    const known = fate?.kind === 'running' && fate.influence.length > 0 ? fate.influence : [entry.author.id];
    return { entry, tokens, influence: influence ?? known, recordSeq: seq };
  }

  #ended(record: RecordOf<'turn.ended'>, seq: number): void {
    const fate = this.#tickets.get(record.turn)?.fate;
    this.#change(record.turn, {
      fate: {
        kind: 'ended',
        started: fate?.kind === 'running' ? fate : null,
        outcome: record.outcome,
        reason: record.reason,
        by: record.by,
        endedSeq: seq,
        answer: record.answer ?? null,
        usage: record.answer?.usage ?? record.usage ?? null,
      },
    });
  }
}

/** Somebody else's id is a different id (T2); an author id holds no space. */
function idOf(author: string, key: ClientKey): string {
  return `${author} ${key}`;
}

function addedItem({ entry, tokens, influence }: RecordOf<'entry.added'>, recordSeq: number): CountedEntry {
  return { entry, tokens, influence: influence ?? [entry.author.id], recordSeq };
}

function promptItem({ lane, entry, tokens, context }: RecordOf<'turn.started'>, recordSeq: number): CountedEntry {
  const item = { entry, tokens, influence: [entry.author.id], recordSeq };
  return lane === 'room' ? item : { ...item, after: context.roomTo };
}
