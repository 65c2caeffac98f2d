import type { EntryId } from '@parley/shared/ids';
import type { EventOf, RunningTurn } from '../../core/arbiter/lane.ts';
import { scopeName, type Scope } from '../../core/budget/scopes.ts';
import type { ModelEnd, Tokenizer } from '../../ports/model.ts';
import type { Ids } from '../../ports/system.ts';

/** What a turn has said when a step of it, or all of it, is over. */
export function reportOf(
  { ids, tokenizer }: { readonly ids: Ids; readonly tokenizer: Tokenizer },
  { turn, step, attempt }: RunningTurn,
  text: string,
): Pick<EventOf<'finished'>, 'turn' | 'step' | 'attempt' | 'answerEntry' | 'text' | 'tokens'> {
  return { turn, step, attempt, answerEntry: ids.next('e') as EntryId, text, tokens: tokenizer.count(text) };
}

/** T49: at the boundary of a step, and nobody else's turn. */
export function spentEnd(text: string, spent: Scope): EventOf<'finished'>['end'] {
  const reason = `${scopeName(spent)} for this month is used up.`;
  if (text === '') return { kind: 'failed', reason };
  return { kind: 'cut', reason: `${reason} Ask again to go on when there is more.` };
}

/** What people are told of how a call ended. */
export function endOf(end: ModelEnd): EventOf<'finished'>['end'] {
  switch (end.reason) {
    case 'stop':
      return { kind: 'complete' };
    case 'length':
      return { kind: 'cut', reason: 'The answer reached the longest length allowed.' };
    case 'tool':
      return { kind: 'failed', reason: 'The model asked for tools in a way that cannot be carried out.' };
    case 'refused':
      return { kind: 'cut', reason: 'The model declined to go on.' };
    case 'failed':
      return { kind: 'failed', reason: FAILURES[end.class] };
  }
}

const FAILURES: Record<Extract<ModelEnd, { reason: 'failed' }>['class'], string> = {
  aborted: 'The answer was interrupted.',
  auth: 'The model server did not accept the key.',
  rate: 'The model server is too busy right now.',
  request: 'The model server did not accept the request.',
  server: 'The model server failed.',
  network: 'The model server could not be reached.',
  stall: 'The model server stopped answering.',
  runaway: 'The answer grew too long and was cut.',
};
