import type { TurnId } from '@parley/shared/ids';
import type { ContextItem, Placed } from './context-pieces.ts';
import { shelfKey } from '../labels/label.ts';

/**
 * The entries a model is sent, in sealed order (C5). An answer comes right behind the prompt it answers:
 * what people said while it was written was not in front of the model and belongs to the next segment, so
 * a segment that was sent once keeps its bytes. Off-record words (T10), redacted ones (R14) and notices are absent.
 *
 * A lane only grows, so what stands before the first prompt without an answer is settled and read once.
 */
export class SealedOrder {
  readonly #prompts = new Set<TurnId>();
  readonly #answers = new Map<TurnId, ContextItem>();
  #seen = 0;
  #settled = 0;

  /** What is settled now and was not before. */
  settle(items: readonly ContextItem[]): Placed[] {
    for (; this.#seen < items.length; this.#seen++) this.#see(items[this.#seen]);
    const from = this.#settled;
    while (this.#settled < items.length && !this.#isOpen(items[this.#settled])) this.#settled++;
    return items.slice(from, this.#settled).flatMap((item) => this.#place(item));
  }

  /** What is not settled yet, as it stands now. */
  rest(items: readonly ContextItem[]): Placed[] {
    return items.slice(this.#settled).flatMap((item) => this.#place(item));
  }

  #see(item: ContextItem | undefined): void {
    if (item?.entry.turn === undefined) return;
    if (item.entry.kind === 'answer') this.#answers.set(item.entry.turn, item);
    if (item.entry.kind === 'prompt' && isSent(item)) this.#prompts.add(item.entry.turn);
  }

  #isOpen(item: ContextItem | undefined): boolean {
    const turn = item?.entry.kind === 'prompt' ? item.entry.turn : undefined;
    return turn !== undefined && !this.#answers.has(turn);
  }

  #place(item: ContextItem): Placed[] {
    if (!isSent(item)) return [];
    const { kind, turn } = item.entry;
    if (turn === undefined || kind === 'message') return [[item]];
    if (kind === 'answer') return this.#prompts.has(turn) ? [] : [[item]];
    const answer = this.#answers.get(turn);
    return [answer && isSent(answer) ? [item, answer] : [item]];
  }
}

/** All of a history, in whatever order it is handed in. */
export function sealed(items: readonly ContextItem[]): Placed[] {
  const order = new SealedOrder();
  const ordered = inOrder(items);
  return [...order.settle(ordered), ...order.rest(ordered)];
}

/** Whether a model is ever sent it. */
export function isSent({ entry }: ContextItem): boolean {
  const isKind = entry.kind === 'message' || entry.kind === 'prompt' || entry.kind === 'answer';
  return isKind && entry.offRecord !== true && entry.redactedBy === undefined;
}

export function inOrder(items: readonly ContextItem[]): readonly ContextItem[] {
  const ordered = items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || byPlace(before, item) < 0;
  });
  return ordered ? items : items.toSorted(byPlace);
}

/** By place in the lane's own document; what stands on shelves comes behind its place, shelf by shelf. */
export function byPlace(a: ContextItem, b: ContextItem): number {
  return placeOf(a) - placeOf(b) || byShelf(a, b) || a.entry.seq - b.entry.seq;
}

/** Its place in the lane's own document; of an item on a shelf, the one it stands behind. */
export function placeOf({ entry, shelf }: ContextItem): number {
  return shelf === undefined ? entry.seq : (entry.after ?? 0);
}

function byShelf({ entry: a }: ContextItem, { entry: b }: ContextItem): number {
  const [one, other] = [shelfKey(a.resources), shelfKey(b.resources)];
  return one === other ? 0 : one < other ? -1 : 1;
}
