import type { DocKey } from '@parley/shared/documents';
import type { AuditLine } from '../core/audit-lines.ts';
import type { UsageLine } from '../core/audit-records.ts';
import type { JournalRecord } from '../core/records.ts';
import type { RoomRef } from '../core/tenant.ts';
import type { OwnerMessage } from '../ports/bus.ts';
import type { AppendResult, Batch, Epoch, Journal, Redaction } from '../ports/journal.ts';
import type { Cancel, Clock, Metrics } from '../ports/system.ts';

/** What one decision writes. */
export interface Writing {
  readonly records?: readonly JournalRecord[];
  readonly updates?: readonly { readonly doc: DocKey; readonly update: Uint8Array }[];
  readonly listing?: Batch['listing'];
  readonly busy?: boolean;
  readonly waiting?: number;
  /** What it takes out of what was written before; computed when nothing was waiting to be written. */
  readonly redaction?: Erasure;
  readonly audit?: readonly AuditLine[];
  readonly usage?: readonly UsageLine[];
  /** How long after the batch before it this may be written, in milliseconds; absent: at once. */
  readonly patience?: number;
  /** Nothing depends on it: see {@link Batch.lazy}. */
  readonly lazy?: boolean;
}

export type Erasure = Pick<Redaction, 'rewritten' | 'compacted'>;

/** Something that may happen only once everything written before it is durable. */
export type Afterwards = OwnerMessage | (() => void) | Prepared;

/** What is made ready, without a word to anybody, while it is on its way to the disk. */
export interface Prepared {
  readonly prepare: () => void;
  readonly perform: () => void;
}

/** D2: how long the text of a running answer may be shown before it is written, in milliseconds. */
const STREAM_MS = 50;

interface Stage {
  readonly records: JournalRecord[];
  readonly updates: { doc: DocKey; update: Uint8Array }[];
  readonly audit: AuditLine[];
  readonly usage: UsageLine[];
  readonly afterwards: Afterwards[];
  listing?: Batch['listing'];
  busy?: boolean;
  waiting?: number;
  redaction?: Erasure;
  /** All of it is. */
  lazy: boolean;
  /** Of the least patient writing in it. */
  patience: number;
}

export interface PipelineDeps {
  readonly ref: RoomRef;
  readonly journal: Journal;
  readonly epoch: Epoch;
  readonly seq: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly publish: (message: OwnerMessage) => void;
  /** The store refused or failed: the room must be given up, nothing more may be said. */
  readonly broken: (why: 'stale-epoch' | 'wrong-seq' | 'duplicate' | 'store-failed', error?: unknown) => void;
}

/**
 * Keeps the order "durable, then said" for one room (T1). Decisions are taken at once and in memory;
 * what they write is appended in their order, one batch at a time, and what they say leaves only after
 * its batch, and every batch before it, is on disk. What gathers during an append, or while all that waits
 * is patient, shares the next one. Only the text of a running answer may be said first (D2).
 */
export class Pipeline {
  readonly #deps: PipelineDeps;
  #seq: number;
  #gathering: Stage = emptyStage();
  /** Said, and in no batch yet. */
  #streamed: Stage['updates'] = [];
  #cancelStream: Cancel | null = null;
  #inFlight = false;
  #startedAt = Number.NEGATIVE_INFINITY;
  #cancelStart: Cancel | null = null;
  #broken = false;
  #idle: (() => void)[] = [];

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#seq = deps.seq;
  }

  /** The sequence that the newest record has or will have. */
  get seq(): number {
    return this.#seq + this.#gathering.records.length;
  }

  /** Writes, then does what follows, in order. */
  commit(writing: Writing, ...afterwards: readonly Afterwards[]): void {
    if (this.#broken) return;
    if (!writesNothing(writing)) this.#writeStreamed();
    const stage = this.#gathering;
    if (writing.records) stage.records.push(...writing.records);
    if (writing.updates) stage.updates.push(...writing.updates);
    if (writing.listing !== undefined) stage.listing = writing.listing;
    if (writing.busy !== undefined) stage.busy = writing.busy;
    if (writing.waiting !== undefined) stage.waiting = writing.waiting;
    if (writing.redaction !== undefined) stage.redaction = writing.redaction;
    if (writing.audit) stage.audit.push(...writing.audit);
    if (writing.usage) stage.usage.push(...writing.usage);
    stage.afterwards.push(...afterwards);
    if (!writesNothing(writing)) {
      stage.patience = Math.min(stage.patience, writing.patience ?? 0);
      stage.lazy &&= writing.lazy === true;
    }
    this.#pump();
  }

  /** Says something at its place in the order: at once when nothing is being written. */
  say(...afterwards: readonly Afterwards[]): void {
    this.commit({}, ...afterwards);
  }

  /**
   * Shows text of a running answer: at once, and writes it within {@link STREAM_MS} or with what is decided next. When
   * a crash loses it, the next attempt at the step takes the place of all that was shown. Behind something that
   * is not on disk yet it waits for that, as everything does.
   */
  stream(updates: NonNullable<Writing['updates']>, ...afterwards: readonly Afterwards[]): void {
    if (this.#inFlight || hasContent(this.#gathering)) return this.commit({ updates, lazy: true }, ...afterwards);
    if (this.#broken) return;
    this.#streamed.push(...updates);
    this.#release(afterwards);
    this.#cancelStream ??= this.#deps.clock.after(STREAM_MS, () => this.#writeStreamed());
  }

  /** Does something once everything so far is written, text that was shown before included. */
  whenWritten(then: () => void): void {
    this.#writeStreamed();
    this.say(then);
  }

  /** Resolves when everything so far is durable and said, or the pipeline is broken. */
  settled(): Promise<void> {
    this.#writeStreamed();
    if (this.#broken || !(this.#inFlight || hasContent(this.#gathering))) return Promise.resolve();
    this.#gathering.patience = 0;
    this.#pump();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #writeStreamed(): void {
    this.#cancelStream?.();
    this.#cancelStream = null;
    const updates = this.#streamed;
    this.#streamed = [];
    if (updates.length > 0) this.commit({ updates, lazy: true });
  }

  #pump(): void {
    if (this.#inFlight || this.#broken) return;
    const stage = this.#gathering;
    if (writesNothing(stage)) {
      this.#gathering = emptyStage();
      this.#release(stage.afterwards);
      // What was said on the way may have written something.
      if (!this.#inFlight && !hasContent(this.#gathering)) this.#wakeIdle();
      return;
    }
    const wait = this.#waitOf(stage);
    if (wait <= 0) return this.#start();
    this.#cancelStart ??= this.#deps.clock.after(wait, () => this.#start());
  }

  /** Milliseconds that all of it may wait yet; a clock that was set back makes nobody wait longer. */
  #waitOf({ patience }: Stage): number {
    return Math.min(patience, this.#startedAt + patience - this.#deps.clock.now());
  }

  #start(): void {
    this.#cancelStart?.();
    this.#cancelStart = null;
    this.#inFlight = true;
    // What else is decided in this tick shares the batch.
    queueMicrotask(() => void this.#append());
  }

  async #append(): Promise<void> {
    const stage = this.#gathering;
    this.#gathering = emptyStage();
    const expectedSeq = this.#seq;
    this.#seq += stage.records.length;
    this.#startedAt = this.#deps.clock.now();
    try {
      const written = this.#write(stage, expectedSeq);
      // Behind what the store does before it waits for its disk.
      queueMicrotask(() => prepare(stage.afterwards));
      const result = await written;
      if (result.kind !== 'appended') return this.#break(result.kind);
    } catch (error) {
      return this.#break('store-failed', error);
    }
    const tookMs = this.#deps.clock.now() - this.#startedAt;
    this.#release(stage.afterwards);
    this.#deps.metrics.observe('parley_journal_commit_seconds', tookMs / 1000);
    this.#inFlight = false;
    if (hasContent(this.#gathering)) this.#pump();
    else this.#wakeIdle();
  }

  #write({ redaction, ...stage }: Stage, expectedSeq: number): Promise<AppendResult> {
    const { journal, ref, epoch } = this.#deps;
    const batch = batchOf(stage, expectedSeq);
    return redaction ? journal.redact(ref, epoch, { ...batch, ...redaction }) : journal.append(ref, epoch, batch);
  }

  #release(afterwards: readonly Afterwards[]): void {
    for (const next of afterwards) {
      if (typeof next === 'function') next();
      else if ('perform' in next) next.perform();
      else this.#deps.publish(next);
    }
  }

  #break(why: Parameters<PipelineDeps['broken']>[0], error?: unknown): void {
    this.#broken = true;
    this.#inFlight = false;
    this.#wakeIdle();
    this.#deps.broken(why, error);
  }

  #wakeIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}

function prepare(afterwards: readonly Afterwards[]): void {
  for (const next of afterwards) if ('prepare' in next) next.prepare();
}

function emptyStage(): Stage {
  return {
    records: [],
    updates: [],
    audit: [],
    usage: [],
    afterwards: [],
    lazy: true,
    patience: Number.POSITIVE_INFINITY,
  };
}

function writesNothing({ records = [], updates = [], audit = [], listing, busy, waiting }: Writing): boolean {
  const marks = [listing, busy, waiting];
  return records.length + updates.length + audit.length === 0 && marks.every((mark) => mark === undefined);
}

function hasContent(stage: Stage): boolean {
  return stage.afterwards.length > 0 || !writesNothing(stage);
}

function batchOf(stage: Stage, expectedSeq: number): Batch {
  return {
    expectedSeq,
    records: stage.records,
    updates: stage.updates,
    audit: stage.audit,
    usage: stage.usage,
    ...(stage.lazy ? { lazy: true } : {}),
    ...(stage.listing === undefined ? {} : { listing: stage.listing }),
    ...(stage.busy === undefined ? {} : { busy: stage.busy }),
    ...(stage.waiting === undefined ? {} : { waiting: stage.waiting }),
  };
}
