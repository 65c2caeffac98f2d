import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';

export type Struct = Y.Item | Y.GC | Y.Skip;

/** A V1 update taken apart, with nothing applied. */
export interface DecodedUpdate {
  /** Structs by client, each list without a hole, in the order of their clocks. */
  readonly sections: ReadonlyMap<number, readonly Struct[]>;
  readonly deletes: ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>;
}

/** No honest clock comes near it; beyond, sums of clocks would leave the range of exact integers. */
const MAX_CLOCK = 2 ** 40;
/** Deeper values overflow the stack of whoever renders them (10 kB of brackets is enough). */
const MAX_VALUE_DEPTH = 100;

/**
 * Takes a client's update apart; null when it is malformed or holds what no honest client writes and
 * what Yjs would choke on later: empty structs, a client's structs in two places (Yjs would read only
 * the second), impossible clocks, subdocuments, values nested without end, trailing bytes. Only V1: a
 * V2 update of 21 bytes can stand for ten million structs, a V1 struct takes at least two bytes.
 */
export function decodeUpdate(update: Uint8Array): DecodedUpdate | null {
  try {
    const { decoder, structs, deletes } = takeApart(update);
    if (decoding.hasContent(decoder)) return null;
    const sections = sectionsOf(structs);
    const declared = decoding.readVarUint(decoding.createDecoder(update));
    if (sections.size !== declared) return null;
    return structs.every(isHonest) && deletesAreHonest(deletes) ? { sections, deletes } : null;
  } catch {
    // Yjs and lib0 throw on malformed input, V8 on a stack that nested input overflows.
    return null;
  }
}

/** Yjs does not say where it stopped reading, so its decoder is handed in; made once, since a class for each call runs cold. */
class WatchedDecoder extends Y.UpdateDecoderV1 {
  static last: decoding.Decoder | null = null;

  constructor(decoder: decoding.Decoder) {
    super(decoder);
    WatchedDecoder.last = decoder;
  }
}

function takeApart(update: Uint8Array) {
  const { structs, ds } = Y.decodeUpdateV2(update, WatchedDecoder);
  const decoder = WatchedDecoder.last ?? decoding.createDecoder(update);
  // It holds what a person wrote.
  WatchedDecoder.last = null;
  return { structs, deletes: ds.clients, decoder };
}

function sectionsOf(structs: readonly Struct[]): Map<number, Struct[]> {
  const sections = new Map<number, Struct[]>();
  for (const struct of structs) {
    const section = sections.get(struct.id.client);
    if (section) section.push(struct);
    else sections.set(struct.id.client, [struct]);
  }
  return sections;
}

function isHonest(struct: Struct): boolean {
  if (struct.length < 1 || struct.id.clock + struct.length > MAX_CLOCK) return false;
  return !(struct instanceof Y.Item) || contentIsHonest(struct.content);
}

function contentIsHonest(content: Y.Item['content']): boolean {
  if (content instanceof Y.ContentDoc) return false;
  if (content instanceof Y.ContentAny) return content.arr.every((value: unknown) => isShallow(value, MAX_VALUE_DEPTH));
  if (content instanceof Y.ContentJSON) return content.arr.every((value: unknown) => isShallow(value, MAX_VALUE_DEPTH));
  if (content instanceof Y.ContentEmbed) return isShallow(content.embed, MAX_VALUE_DEPTH);
  if (content instanceof Y.ContentFormat) return isShallow(content.value, MAX_VALUE_DEPTH);
  return true;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

function deletesAreHonest(deletes: DecodedUpdate['deletes']): boolean {
  for (const ranges of deletes.values()) {
    if (!ranges.every(({ clock, len }) => len >= 1 && clock + len <= MAX_CLOCK)) return false;
  }
  return true;
}
