import * as Y from 'yjs';
import { causalOrder } from './causal-order.ts';
import type { Struct } from './decoded-update.ts';
import { UpdateWriter, type Deletes } from './update-writer.ts';

/**
 * Splits a V1 update into V1 updates of about `limit` bytes that, applied in order, equal it. Each part
 * refers only to itself and to the parts before it, so that a client never has to keep one pending.
 *
 * A single message that takes longer than 30 s to arrive never completes: the stock client gives up on
 * a silent socket, and starts again from nothing.
 */
export function splitUpdate(update: Uint8Array, limit: number): Uint8Array[] {
  if (update.length <= limit) return [update];
  const { structs, ds } = Y.decodeUpdate(update);
  const ordered = causalOrder(
    Map.groupBy(structs, ({ id }) => id.client),
    startsOf(structs),
  );
  // It builds on what the receiver has, beyond what can be judged here: it goes as it is.
  return ordered === null ? [update] : writeInParts(ordered, ds.clients, limit);
}

/**
 * Writes structs, each of which refers to earlier ones only, as updates of about `limit` bytes; all
 * deletions are in the last. A value that cannot be cut (an entry) may make a part larger by itself.
 */
export function writeInParts(structs: Iterable<Struct>, deletes: Deletes, limit: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let writer = new UpdateWriter();
  for (const whole of structs) {
    for (const struct of cut(whole, limit / 4)) {
      writer.add(struct);
      if (writer.bytes < limit * 0.75) continue;
      parts.push(writer.finish());
      writer = new UpdateWriter();
    }
  }
  parts.push(writer.finish(deletes));
  return parts;
}

/** The receiver of a difference has what comes before its first structs, and of other clients all there is. */
function startsOf(structs: readonly Struct[]): (client: number) => number {
  const starts = new Map<number, number>();
  for (const { id } of structs) if (!starts.has(id.client)) starts.set(id.client, id.clock);
  return (client) => starts.get(client) ?? Number.MAX_SAFE_INTEGER;
}

/** Cuts one struct in halves until each fits, as far as its content can be cut. The struct itself stays as it is. */
function cut(struct: Struct, limit: number): Struct[] {
  if (!(struct instanceof Y.Item) || struct.length === 1 || !isDivisible(struct.content)) return [struct];
  const fits = sizeOf(struct.content) <= limit;
  const at = middleOf(struct.content, struct.length);
  if (fits || at >= struct.length) return [struct];
  return halves(struct, at).flatMap((half) => cut(half, limit));
}

type Divisible = Y.ContentAny | Y.ContentString | Y.ContentJSON;

function isDivisible(content: Y.Item['content']): content is Divisible {
  return content instanceof Y.ContentAny || content instanceof Y.ContentString || content instanceof Y.ContentJSON;
}

/** Bytes at most, for a text; of the values themselves, for lists. */
function sizeOf(content: Divisible): number {
  if (content instanceof Y.ContentString) return content.str.length * 3;
  const encoder = new Y.UpdateEncoderV1();
  content.write(encoder, 0);
  return encoder.toUint8Array().length;
}

/** Half the length; a character of two units is not cut through, as Yjs would replace both halves. */
function middleOf(content: Divisible, length: number): number {
  const middle = length >>> 1;
  if (!(content instanceof Y.ContentString)) return middle;
  const unit = content.str.charCodeAt(middle - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? middle + 1 : middle;
}

/** Two items as Yjs itself would cut one. */
function halves(item: Y.Item, at: number): [Y.Item, Y.Item] {
  const { origin, rightOrigin, parent, parentSub } = item;
  const { client, clock } = item.id;
  const left = item.content.copy();
  const right = left.splice(at);
  const next = Y.createID(client, clock + at);
  const last = Y.createID(client, clock + at - 1);
  return [
    new Y.Item(item.id, null, origin, null, rightOrigin, parent, parentSub, left),
    new Y.Item(next, null, last, null, rightOrigin, parent, parentSub, right),
  ];
}
