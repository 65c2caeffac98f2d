import type { EventOf } from '../../core/arbiter/lane.ts';
import type { ModelEnd } from '../../ports/model.ts';

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
