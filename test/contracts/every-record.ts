import { JournalRecord } from '@parley/server/core/records';
import { message, note, prompt } from './journal-samples.ts';

const turn = { lane: 'room', turn: 't_1', at: 2 };
const end = { outcome: 'cancelled', reason: 'withdrawn by its author', by: 'ada' };
const ada = { id: 'ada', name: 'Ada', kind: 'user' };
const ai = { id: 'ai', name: 'AI', kind: 'ai' };
const usage = { model: 'demo', inputTokens: 10, cachedTokens: 4, outputTokens: 2 };
const answer = {
  id: 'e_2',
  seq: 2,
  kind: 'answer',
  turn: 't_1',
  author: ai,
  text: 'partial',
  at: 2,
  outcome: 'cancelled',
  answers: ['t_1'],
};

/** One record, or more, of every kind, with optional fields and without. */
export const everyRecord: readonly JournalRecord[] = [
  { type: 'room.created', title: 'A', policy: {}, by: 'ada', at: 1, salt: 's' },
  { type: 'room.changed', title: 'B', policy: { join: 'tenant', levels: { 'prompt.room': 50 } }, by: 'ada', at: 1 },
  { type: 'room.deleted', by: 'ada', at: 1 },
  { type: 'member.set', user: 'bob', name: '', role: 'speaker', tenantRole: 'guest', by: 'system', at: 1 },
  { type: 'member.removed', user: 'bob', by: 'ada', at: 1 },
  { type: 'workspace.client', doc: 'workspace', client: 4_294_967_295, user: 'bob', at: 1 },
  note('salt'),
  message('1'),
  message('2', 'key'),
  prompt('1'),
  { ...turn, type: 'ticket.held', by: 'ada', reason: 'editing', until: 3 },
  { ...turn, type: 'ticket.unheld' },
  { ...turn, type: 'ticket.edited', text: 'other', tokens: 1, revision: 2 },
  { ...turn, ...end, type: 'ticket.ended' },
  {
    ...turn,
    type: 'turn.started',
    entry: { id: 'e_1', seq: 1, kind: 'prompt', turn: 't_1', author: ada, text: 'q', at: 2 },
    tokens: 1,
    payer: 'ada',
    turnSeconds: 300,
    context: { from: 1, to: 1, roomTo: 0, hash: 'h', tokens: 9 },
  },
  { ...turn, type: 'turn.attempted', attempt: 1, model: 'demo' },
  { ...turn, ...end, type: 'turn.stopping' },
  { ...turn, ...end, type: 'turn.ended', answer, tokens: 1, usage },
  { ...turn, ...end, type: 'turn.ended', tokens: 0 },
].map((record) => JournalRecord.parse(record));

/** The kinds there are. */
export function recordTypes(): readonly string[] {
  return JournalRecord.options.map((option) => option.shape.type.value);
}
