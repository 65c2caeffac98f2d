import { joinInfluence, type Influence } from '../../core/labels/influence.ts';
import type { JournalRecord } from '../../core/records.ts';
import type { TicketFacts } from '../ticket-facts.ts';

/** The call by which an AI writes into the notes. */
export const EDIT_NOTES = 'room.edit_notes';

/**
 * Whose words shaped what the AI wrote into the notes (R6): all that was behind each turn that wrote, from the moment
 * it was about to. Words do not lose where they came from by a detour through the notes. A fold over the journal.
 */
export class NotesInfluence {
  readonly #edits = new Set<string>();
  #influence: Influence = [];

  get influence(): Influence {
    return this.#influence;
  }

  /** Takes in one record; `ticketOf` knows the turns as they stand behind it. */
  apply(record: JournalRecord, ticketOf: (turn: TicketFacts['turn']) => TicketFacts | undefined): void {
    if (record.type === 'turn.stepped') {
      for (const { id, call } of record.calls) if (call === EDIT_NOTES) this.#edits.add(`${record.turn} ${id}`);
    }
    if (record.type !== 'call.started' || !this.#edits.delete(`${record.turn} ${record.call}`)) return;
    const facts = ticketOf(record.turn);
    if (facts?.fate.kind !== 'running') return;
    this.#influence = joinInfluence(this.#influence, facts.fate.influence, [facts.author.id]);
  }
}
