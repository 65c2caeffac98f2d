import type { TurnId } from '@parley/shared/ids';
import type { Chronicle } from '../chronicle.ts';

/** T18: what all of a started turn may take, in tokens, as it stood when the turn began. */
export function turnTokensOf({ ledger, room }: Chronicle, turn: TurnId): number {
  const fate = ledger.ticket(turn)?.fate;
  const recorded = fate?.kind === 'running' ? fate.turnTokens : null;
  // Older records do not say.
  return recorded ?? room.policy.limits.turnTokens;
}
