import { APPROVALS, ENTRIES, LIVE, TURNS } from '@parley/shared/documents';
import * as Y from 'yjs';
import type { Struct } from './decoded-update.ts';
import { SERVER_CLIENT } from './stored-doc.ts';
import { splitUpdate, writeInParts } from './split-update.ts';

/**
 * A transcript as V1 updates of about `limit` bytes, without the traces of what left it, so that joining
 * costs the same after a day and after a year. Yjs keeps a placeholder for every deleted value, because
 * a writer might still refer to it. Here there is one writer, and it refers no more to
 *  - entries before the window (it adds at the end, and puts a redacted entry behind the one it replaces),
 *  - tickets and live texts of turns that are over, approvals that are decided (their keys never come back).
 * Those are written as garbage, of which any number in a row takes a few bytes. Readers that hold older
 * states converge as with the long form: what is garbage here is deleted there.
 */
export function encodeTranscript(doc: Y.Doc, limit: number): Uint8Array[] {
  const { clients } = doc.store;
  const structs = clients.get(SERVER_CLIENT);
  // Not only ours: nothing is known of what others may still refer to.
  if (structs === undefined || clients.size > 1) return splitUpdate(Y.encodeStateAsUpdate(doc), limit);
  // One client's structs in the order of their clocks refer to earlier ones only.
  return writeInParts(
    withoutTraces(structs, new Rubbish(doc)),
    Y.createDeleteSetFromStructStore(doc.store).clients,
    limit,
  );
}

function* withoutTraces(structs: readonly (Y.Item | Y.GC)[], rubbish: Rubbish): Generator<Struct> {
  let dead: Y.GC | null = null;
  for (const struct of structs) {
    if (rubbish.has(struct)) {
      dead = new Y.GC(dead?.id ?? struct.id, (dead?.length ?? 0) + struct.length);
      continue;
    }
    if (dead) yield dead;
    dead = null;
    yield rubbish.withoutIt(struct);
  }
  if (dead) yield dead;
}

/** Knows which structs of a transcript nothing refers to any more. */
class Rubbish {
  readonly #entries: Y.Array<unknown>;
  readonly #turns: Y.Map<unknown>;
  readonly #live: Y.Map<unknown>;
  readonly #approvals: Y.Map<unknown>;
  /** Entries before the window. */
  readonly #old: ReadonlySet<Struct>;
  readonly #store: Y.Doc['store'];

  constructor(doc: Y.Doc) {
    this.#entries = doc.getArray(ENTRIES);
    this.#turns = doc.getMap(TURNS);
    this.#live = doc.getMap(LIVE);
    this.#approvals = doc.getMap(APPROVALS);
    const before = new Set<Struct>();
    let item = this.#entries._start;
    // The last one stays even if it is deleted: the next entry refers to it.
    for (; item !== null && item.deleted && item.right !== null; item = item.right) before.add(item);
    this.#old = before;
    this.#store = doc.store;
  }

  has(struct: Struct): boolean {
    if (!(struct instanceof Y.Item)) return true;
    if (!struct.deleted) return false;
    if (struct.parent === this.#entries) return this.#old.has(struct);
    const { parent, parentSub } = struct;
    if (parentSub === null) return false;
    if (parent === this.#approvals) return !this.#approvals.has(parentSub);
    return (parent === this.#turns || parent === this.#live) && !this.#turns.has(parentSub);
  }

  /** What stays does not name what was before the window: then it is the first. */
  withoutIt(struct: Struct): Struct {
    if (!(struct instanceof Y.Item) || struct.parent !== this.#entries || struct.origin === null) return struct;
    if (this.#old.size === 0 || !this.#old.has(Y.getItem(this.#store, struct.origin))) return struct;
    const { id, rightOrigin, parent, parentSub, content } = struct;
    return new Y.Item(id, null, null, null, rightOrigin, parent, parentSub, content);
  }
}
