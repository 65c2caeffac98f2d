import * as Y from 'yjs';
import { causalOrder } from './causal-order.ts';
import type { DecodedUpdate } from './decoded-update.ts';
import { nestsTooDeep } from './nesting.ts';

/** What an update would do to a document, found out without applying it: Yjs cannot take one back. */
export type Judgement =
  /** Everything in it is there already (a reconnecting client's step 2 repeats its whole delete set). */
  | { readonly kind: 'known' }
  /** It builds on, or deletes, what the document does not have. */
  | { readonly kind: 'gap' }
  /** More than any honest client would send, and than Yjs could bear; `why` is for its person. */
  | { readonly kind: 'excessive'; readonly why: string }
  /** It can be applied whole; `writers` are the client ids that it adds content under. */
  | { readonly kind: 'new'; readonly writers: readonly number[] };

/** Client ids under which one update may add content: a person's own devices, with room to spare. */
const MOST_WRITERS = 256;

/** Judges a decoded update against a document. */
export function judgeUpdate({ sections, deletes }: DecodedUpdate, store: Y.Doc['store']): Judgement {
  if (writersIn(sections, store) > MOST_WRITERS) return excessive('The update adds content under too many client ids.');
  const ordered = causalOrder(sections, (client) => Y.getState(store, client));
  if (ordered === null) return { kind: 'gap' };
  const reached = new Map<number, number>();
  for (const { id, length } of ordered) reached.set(id.client, id.clock + length);
  for (const [client, ranges] of deletes) {
    const have = reached.get(client) ?? Y.getState(store, client);
    if (ranges.some(({ clock, len }) => clock + len > have)) return { kind: 'gap' };
  }
  if (nestsTooDeep(ordered, store)) return excessive('The update nests content too deeply.');
  if (ordered.length > 0) return { kind: 'new', writers: [...reached.keys()] };
  return deletesAnything(deletes, store) ? { kind: 'new', writers: [] } : { kind: 'known' };
}

function excessive(why: string): Judgement {
  return { kind: 'excessive', why };
}

/** Bounds the work of ordering: an update of 256 KiB can name 60,000 clients that wait for each other. */
function writersIn(sections: DecodedUpdate['sections'], store: Y.Doc['store']): number {
  let writers = 0;
  for (const [client, structs] of sections) {
    const last = structs.at(-1);
    if (last !== undefined && last.id.clock + last.length > Y.getState(store, client)) writers += 1;
  }
  return writers;
}

function deletesAnything(deletes: DecodedUpdate['deletes'], store: Y.Doc['store']): boolean {
  for (const [client, ranges] of deletes) {
    const structs = store.clients.get(client) ?? [];
    if (ranges.some(({ clock, len }) => hasLive(structs, clock, clock + len))) return true;
  }
  return false;
}

/** Whether anything between two clocks, all of which the document has, is not deleted. */
function hasLive(structs: readonly (Y.Item | Y.GC)[], from: number, to: number): boolean {
  // Yjs only reads the list, though its types want a mutable one.
  for (let index = Y.findIndexSS(structs as (Y.Item | Y.GC)[], from); index < structs.length; index++) {
    const struct = structs[index];
    if (struct === undefined || struct.id.clock >= to) return false;
    if (!struct.deleted) return true;
  }
  return false;
}
