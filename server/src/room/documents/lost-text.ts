import * as Y from 'yjs';
import { SERVER_CLIENT } from './stored-doc.ts';

/** A clock for each UTF-16 unit: more than a call of a model may say. */
const CLOCKS = 2 ** 19;

/**
 * Uses up the clocks that text which was shown and not stored may have had, for nothing: nothing else ever gets them,
 * and whoever saw such text deletes it when they hear of this.
 */
export function giveUpClocks(doc: Y.Doc): void {
  doc.transact((transaction) => {
    const clock = Y.getState(doc.store, SERVER_CLIENT);
    new Y.GC(Y.createID(SERVER_CLIENT, clock), CLOCKS).integrate(transaction, 0);
    // Garbage is nothing to delete for whoever has it; for whoever has text at these clocks it is.
    transaction.deleteSet.clients.set(SERVER_CLIENT, [{ clock, len: CLOCKS }]);
  });
}
