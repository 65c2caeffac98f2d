import { JournalRecord } from '@parley/server/core/records';
import { message, note, prompt } from './journal-samples.ts';

const turn = { lane: 'room', turn: 't_1', at: 2 };
const end = { outcome: 'cancelled', reason: 'withdrawn by its author', by: 'ada' };
const ada = { id: 'ada', name: 'Ada', kind: 'user' };
const ai = { id: 'ai', name: 'AI', kind: 'ai' };
const usage = { model: 'demo', inputTokens: 10, cachedTokens: 4, outputTokens: 2 };
const call = {
  id: 'c1',
  call: 'mail.send',
  title: 'Mail',
  as: 'speaker',
  class: 'egress',
  effect: 'irreversible',
  arguments: '{"to":"bob@example.com"}',
};
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
  { type: 'invite.created', invite: 'h', role: 'reader', expiresAt: 9, uses: 1, by: 'ada', at: 1 },
  { type: 'invite.created', invite: 'h', role: 'reader', expiresAt: 9, uses: 2, for: 'bob', by: 'ada', at: 1 },
  { type: 'invite.used', invite: 'h', user: 'bob', at: 1 },
  { type: 'invite.revoked', invite: 'h', by: 'ada', at: 1 },
  { type: 'tool.admitted', tool: 'mail', as: 'connector', by: 'ada', at: 1 },
  { type: 'tool.dropped', tool: 'mail', by: 'ada', at: 1 },
  { type: 'trust.set', user: 'ada', trust: { call: 'mail.send', people: ['bob'], arguments: { '/to': 1 } }, at: 1 },
  { type: 'trust.dropped', user: 'ada', call: 'mail.send', at: 1 },
  { type: 'workspace.client', doc: 'workspace', client: 4_294_967_295, user: 'bob', at: 1 },
  note('salt'),
  message('1'),
  message('2', 'key'),
  { type: 'entry.released', lane: 'me:ada', entry: 'e_1', digest: 'd', to: 'room', as: 'e_2', by: 'ada', at: 1 },
  { type: 'entry.redacted', lane: 'room', entry: 'e_1', by: 'ada', at: 1 },
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
  {
    ...turn,
    type: 'attempt.settled',
    step: 1,
    attempt: 1,
    speaker: 'ana',
    provider: 'models.example',
    model: 'demo',
    outcome: 'stop',
    inputTokens: 10,
    cachedTokens: 4,
    cacheWriteTokens: 2,
    outputTokens: 3,
    reasoningTokens: 1,
    estimated: false,
    compaction: false,
    cost: 125,
    keyOf: 'speaker',
    reserved: 100,
    kind: '3 short',
  },
  { ...turn, type: 'turn.attempted', step: 2, attempt: 1, model: 'demo' },
  { ...turn, type: 'turn.attempted', step: 2, attempt: 2, model: 'demo', after: 'server' },
  { ...turn, type: 'turn.stepped', step: 1, text: 'one moment', calls: [call], usage },
  {
    ...turn,
    type: 'call.asked',
    call: 'c1',
    approval: 'a_1',
    digest: 'd',
    user: 'ada',
    recipients: ['bob@example.com'],
    influencedBy: ['bob', 'tool:wiki'],
    builtOn: ['wiki/1'],
    expiresAt: 9,
    parksAt: 5,
  },
  { ...turn, type: 'call.decided', call: 'c1', approval: 'a_1', decision: 'approved', by: 'ada' },
  { ...turn, type: 'call.started', call: 'c1', operation: 'o' },
  { ...turn, type: 'call.ended', call: 'c1', outcome: 'done', content: 'sent', tokens: 1 },
  {
    ...turn,
    type: 'call.ended',
    call: 'c1',
    outcome: 'unknown',
    content: '',
    tokens: 0,
    withheld: 2,
    resources: ['wiki/1'],
    influence: ['tool:wiki'],
  },
  { ...turn, type: 'call.late', call: 'room.edit_notes', outcome: 'done' },
  { ...turn, type: 'turn.parked' },
  { ...turn, type: 'turn.resumed' },
  { ...turn, ...end, type: 'turn.stopping' },
  { ...turn, ...end, type: 'turn.ended', answer, tokens: 1, usage },
  { ...turn, ...end, type: 'turn.ended', tokens: 0 },
].map((record) => JournalRecord.parse(record));

/** The kinds there are. */
export function recordTypes(): readonly string[] {
  return JournalRecord.options.map((option) => option.shape.type.value);
}
