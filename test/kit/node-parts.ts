import type { DocKey } from '@parley/shared/documents';
import type { UserId } from '@parley/shared/ids';
import type { RoomRef, Tenant } from '@parley/server/core/tenant';
import type {
  AppendResult,
  Batch,
  Epoch,
  Journal,
  Redaction,
  RoomListing,
  StoredRecord,
} from '@parley/server/ports/journal';
import type { Cancel, Clock } from '@parley/server/ports/system';
import type { TestClock } from './clock.ts';

/** The clock as one node sees it: when the node dies its timers die with it. */
export class NodeClock implements Clock {
  readonly #clock: TestClock;
  #alive = true;

  constructor(clock: TestClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, task: () => void): Cancel {
    return this.#clock.after(ms, () => {
      if (this.#alive) task();
    });
  }

  die(): void {
    this.#alive = false;
  }
}

/** The epoch that may write, as every node's disk tells it: what no append may be accepted behind. */
export interface Sovereign {
  epoch: number;
  readonly broken: (what: string) => void;
}

export interface NodeDiskDeps {
  readonly journal: Journal;
  readonly clock: TestClock;
  readonly random: () => number;
  readonly sovereign: Sovereign;
}

/**
 * A journal as one node reaches it: an append takes time to land and its answer takes time to come back.
 * When the node dies, what was on its way has landed or has not, and no answer comes.
 */
export class NodeDisk implements Journal {
  readonly #deps: NodeDiskDeps;
  readonly #flying = new Set<() => Promise<AppendResult>>();
  #alive = true;

  constructor(deps: NodeDiskDeps) {
    this.#deps = deps;
  }

  /** The power goes: each append under way lands or is lost. */
  async die(): Promise<void> {
    this.#alive = false;
    for (const land of this.#flying) {
      if (this.#deps.random() < 0.5) break;
      await land();
    }
    this.#flying.clear();
  }

  holds(ref: RoomRef): Promise<boolean> {
    return this.#answer(this.#deps.journal.holds(ref));
  }

  async acquire(ref: RoomRef): Promise<{ readonly epoch: Epoch; readonly seq: number }> {
    const taken = await this.#answer(this.#deps.journal.acquire(ref));
    this.#deps.sovereign.epoch = taken.epoch;
    return taken;
  }

  append(ref: RoomRef, epoch: Epoch, batch: Batch): Promise<AppendResult> {
    return this.#write(epoch, () => this.#deps.journal.append(ref, epoch, batch));
  }

  redact(ref: RoomRef, epoch: Epoch, redaction: Redaction): Promise<AppendResult> {
    return this.#write(epoch, () => this.#deps.journal.redact(ref, epoch, redaction));
  }

  #write(epoch: Epoch, write: () => Promise<AppendResult>): Promise<AppendResult> {
    const { clock, random, sovereign } = this.#deps;
    const land = async (): Promise<AppendResult> => {
      const current = sovereign.epoch;
      const result = await write();
      if (result.kind === 'appended' && epoch !== current)
        sovereign.broken(`epoch ${epoch} wrote while ${current} held the room`);
      return result;
    };
    this.#flying.add(land);
    return new Promise((resolve, reject) => {
      clock.after(Math.floor(random() * 4), () => {
        if (!this.#flying.delete(land)) return;
        land().then((result) => clock.after(Math.floor(random() * 4), () => this.#alive && resolve(result)), reject);
      });
    });
  }

  read(ref: RoomRef, after: number): Promise<readonly StoredRecord[]> {
    return this.#answer(this.#deps.journal.read(ref, after));
  }

  unfinished(): Promise<readonly RoomRef[]> {
    return this.#answer(this.#deps.journal.unfinished());
  }

  loadDoc(ref: RoomRef, doc: DocKey): Promise<readonly Uint8Array[]> {
    return this.#answer(this.#deps.journal.loadDoc(ref, doc));
  }

  compactDoc(...part: Parameters<Journal['compactDoc']>): Promise<AppendResult> {
    return this.#answer(this.#deps.journal.compactDoc(...part));
  }

  docs(ref: RoomRef): Promise<readonly DocKey[]> {
    return this.#answer(this.#deps.journal.docs(ref));
  }

  rooms(tenant: Tenant, user: UserId, after: string | null, limit: number): Promise<readonly RoomListing[]> {
    return this.#answer(this.#deps.journal.rooms(tenant, user, after, limit));
  }

  healthy(): Promise<boolean> {
    return this.#deps.journal.healthy();
  }

  async close(): Promise<void> {}

  /** A dead node never hears an answer. */
  #answer<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then((value) => this.#alive && resolve(value), reject);
    });
  }
}
