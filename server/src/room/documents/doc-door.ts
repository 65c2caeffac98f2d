import type { Fault } from '@parley/shared/fault';
import type { DocMessage } from './doc-message.ts';
import type { DocSession } from './doc-session.ts';

export type WritingMessage = Extract<DocMessage, { kind: 'step2' | 'update' }>;

/** Where a peer's own content comes in, or does not: what differs between the kinds of documents. */
export interface DocDoor {
  /** Whether the peer is asked for what it has that the server has not. */
  mayWrite(session: DocSession): boolean;
  receive(session: DocSession, message: WritingMessage): void;
  /** Takes in at once what was received in this tick. */
  flush(): void;
}

/** Ends a session: its peer did what cannot stand. */
export type Expel = (session: DocSession, fault: Fault) => void;
