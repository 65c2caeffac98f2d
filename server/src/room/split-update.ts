import * as Y from 'yjs';
import { causalOrder } from './causal-order.ts';
import type { Struct } from './decoded-update.ts';
import { structBytes, UpdateWriter } from './update-writer.ts';

/**
 * Splits a V1 update into V1 updates of about `limit` bytes that, applied in order, equal it. Each part
 * refers only to itself and to the parts before it, so that a client never has to keep one pending. The
 * last part holds everything that is deleted. One value that cannot be cut (an entry) may exceed the limit.
 *
 * A single message that takes longer than 30 s to arrive never completes: the stock client gives up on
 * a silent socket, and starts again from nothing.
 */
export function splitUpdate(update: Uint8Array, limit: number): Uint8Array[] {
  if (update.length <= limit) return [update];
  const { structs, ds } = Y.decodeUpdate(update);
  const ordered = causalOrder(byClient(structs), startsOf(structs));
  // It builds on what the receiver has, beyond what can be judged here: it goes as it is.
  if (ordered === null) return [update];
  const parts: Uint8Array[] = [];
  let writer = new UpdateWriter();
  for (const struct of ordered.flatMap((whole) => cut(whole, limit))) {
    const bytes = structBytes(struct);
    if (writer.bytes > 0 && writer.bytes + bytes.length > limit) {
      parts.push(writer.finish());
      writer = new UpdateWriter();
    }
    writer.add(struct.id, bytes);
  }
  parts.push(writer.finish(ds.clients));
  return parts;
}

function byClient(structs: readonly Struct[]): Map<number, Struct[]> {
  return Map.groupBy(structs, (struct) => struct.id.client);
}

/** The receiver of a difference has what comes before its first structs, and of other clients all there is. */
function startsOf(structs: readonly Struct[]): (client: number) => number {
  const starts = new Map<number, number>();
  for (const { id } of structs) if (!starts.has(id.client)) starts.set(id.client, id.clock);
  return (client) => starts.get(client) ?? Number.MAX_SAFE_INTEGER;
}

/** Cuts one struct in halves until each fits, as far as its content can be cut. */
function cut(struct: Struct, limit: number): Struct[] {
  if (!(struct instanceof Y.Item) || !isDivisible(struct.content) || structBytes(struct).length <= limit)
    return [struct];
  const at = middleOf(struct.content, struct.length);
  if (at === 0 || at >= struct.length) return [struct];
  const right = splitOff(struct, at);
  return [...cut(struct, limit), ...cut(right, limit)];
}

function isDivisible(content: Y.Item['content']): boolean {
  return content instanceof Y.ContentAny || content instanceof Y.ContentString || content instanceof Y.ContentJSON;
}

/** Half the length; a character of two units is not cut through, as Yjs would replace both halves. */
function middleOf(content: Y.Item['content'], length: number): number {
  const middle = length >>> 1;
  if (!(content instanceof Y.ContentString)) return middle;
  const unit = content.str.charCodeAt(middle - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? middle + 1 : middle;
}

/** Shortens a decoded item (which belongs to no document) and returns the rest as Yjs itself would cut it. */
function splitOff(item: Y.Item, at: number): Y.Item {
  const { client, clock } = item.id;
  const { rightOrigin, parent, parentSub } = item;
  const rest = item.content.splice(at);
  item.length = at;
  return new Y.Item(
    Y.createID(client, clock + at),
    null,
    Y.createID(client, clock + at - 1),
    null,
    rightOrigin,
    parent,
    parentSub,
    rest,
  );
}
