import type { DocKey } from '@parley/shared/documents';
import { FAULTS, type Fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import type { Clock, Log, Metrics } from '../../ports/system.ts';
import type { DocSession } from './doc-session.ts';
import type { Afterwards, Pipeline } from '../pipeline.ts';

/** What the documents of a room write and speak through. Nothing is shown that is not stored. */
export interface DocOutlet {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Hears of somebody who begins to type beside a document. */
  readonly typed: (doc: DocKey, user: UserId) => void;
}

/** Sync and presence messages for one peer, in order. */
export function toPeer({ peer, name }: DocSession, messages: readonly Uint8Array[]): Afterwards {
  return { type: 'sync', peer: peer.peer, doc: name, messages };
}

export function opened(
  session: DocSession,
  key: Extract<Afterwards, { type: 'opened' }>['key'],
  writable: boolean,
): Afterwards {
  return { type: 'opened', peer: session.peer.peer, doc: session.name, key, writable };
}

/** Ends a session with a fault and counts it. */
export function refusal(outlet: DocOutlet, { peer, name }: DocSession, fault: Fault): Afterwards {
  outlet.metrics.count('parley_refused_updates_total', 1, { code: fault.code });
  outlet.log.info('document.refused', { doc: name, code: fault.code, close: FAULTS[fault.code].close });
  return { type: 'refused', peer: peer.peer, doc: name, fault };
}
