import type { TurnId } from '@parley/shared/ids';
import type { ProposedCall, RecordOf } from '../core/records.ts';
import type { CallNews } from '../ports/bus.ts';

/** The records that tell of a turn's calls. */
export type CallRecord = RecordOf<'turn.stepped' | 'call.asked' | 'call.decided' | 'call.started' | 'call.ended'>;

/** What is known of a turn's calls besides its state: what those who follow it were told, each at its record. */
export interface CallFacts {
  /** Those of the step that runs or ran last. */
  readonly proposed: readonly ProposedCall[];
  readonly news: readonly { readonly at: number; readonly news: CallNews }[];
}
export const NO_CALLS: CallFacts = { proposed: [], news: [] };

interface Told {
  readonly record: CallRecord;
  readonly seq: number;
  /** Something that not everybody may read is behind the turn already. */
  readonly shelved: boolean;
}

export function callFacts(facts: CallFacts, { record, seq, shelved }: Told): CallFacts {
  if (record.type === 'turn.stepped') return { ...facts, proposed: record.calls };
  const news = newsOf(facts, record, shelved);
  return news === null ? facts : { ...facts, news: [...facts.news, { at: seq, news }] };
}

/**
 * T41: whose word is waited for is for everybody, and never what for. Which tool is called is part of the answer:
 * once the turn is built on what has readers of its own, it is only told with the answer, to them (R4).
 */
function newsOf(
  facts: CallFacts,
  record: Exclude<CallRecord, RecordOf<'turn.stepped'>>,
  shelved: boolean,
): CallNews | null {
  const { turn } = record;
  switch (record.type) {
    case 'call.asked':
      return { name: 'approval', data: { turn, waitingFor: record.user } };
    case 'call.decided':
      return { name: 'approval', data: { turn, waitingFor: null } };
    case 'call.started':
      return shelved ? null : toolNews(facts, { turn, id: record.call, state: 'running' });
    case 'call.ended':
      return shelved ? null : toolNews(facts, { turn, id: record.call, state: record.outcome });
  }
}

type ToolState = Extract<CallNews, { name: 'tool' }>['data']['state'];

function toolNews(
  { proposed }: CallFacts,
  { turn, id, state }: { readonly turn: TurnId; readonly id: string; readonly state: ToolState },
): CallNews | null {
  const known = proposed.find((call) => call.id === id);
  if (known === undefined) return null;
  const { call, title, as } = known;
  return { name: 'tool', data: { turn, id, call, title, as, state } };
}
