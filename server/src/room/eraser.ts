import { transcriptOf, type DocKey } from '@parley/shared/documents';
import type { LaneKey } from '@parley/shared/ids';
import type { JournalRecord } from '../core/records.ts';
import { withoutWords, type Redacted } from '../core/labels/redact-records.ts';
import type { RoomRef } from '../core/tenant.ts';
import type { Journal } from '../ports/journal.ts';
import type { Chronicle } from './chronicle.ts';
import type { Documents } from './documents/documents.ts';
import type { Pipeline } from './pipeline.ts';

export interface EraserDeps {
  readonly ref: RoomRef;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly documents: Documents;
  readonly chronicle: Chronicle;
}

/** Takes words out of everything that a room keeps (R14): records, documents, memory. */
export class Eraser {
  readonly #deps: EraserDeps;

  constructor(deps: EraserDeps) {
    this.#deps = deps;
  }

  /**
   * Writes `records`, which say what is redacted, and rewrites what held the words, in one step. Inside the mailbox,
   * so that nothing is written about these entries meanwhile; the lanes concerned are loaded.
   */
  async erase(records: readonly JournalRecord[], redacted: Redacted): Promise<void> {
    const { ref, journal, pipeline, documents, chronicle } = this.#deps;
    await pipeline.settled();
    const held = (await journal.read(ref, 0)).map((stored) => ({
      stored,
      without: withoutWords(stored.record, redacted),
    }));
    const touched = held.filter(({ stored, without }) => without !== stored.record);
    const docs = this.#docsOf(touched.map(({ stored }) => stored.record));
    await documents.atRest(docs);
    const rewritten = touched.map(({ stored: { seq }, without }) => ({ seq, record: without }));
    chronicle.erase(records, rewritten, docs);
  }

  /** Live text moves between the documents of a lane, and approvals show arguments to one person: any may hold words. */
  #docsOf(records: readonly JournalRecord[]): DocKey[] {
    const lanes = new Set<LaneKey>(records.flatMap((record) => ('lane' in record ? [record.lane] : [])));
    const asked = records.flatMap((record) => (record.type === 'call.asked' ? [`me:${record.user}` as const] : []));
    const own = [...lanes].flatMap((lane) => this.#deps.chronicle.docsOf(lane));
    return [...new Set([...own, ...asked.map(transcriptOf), ...this.#titled(records)])];
  }

  /** Every lane's document says what the room is called. */
  #titled(records: readonly JournalRecord[]): DocKey[] {
    if (!records.some(({ type }) => type === 'room.titled')) return [];
    return [...this.#deps.chronicle.room.lanes.keys()].map(transcriptOf);
  }
}
