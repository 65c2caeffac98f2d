import { Fault } from '@parley/shared/fault';
import { ClientKey, EntryId } from '@parley/shared/ids';
import type { KeyValueStore } from './env.ts';
import type { Kept } from './outbox-state.ts';

/**
 * Keeps the outbox of one person in one room over a reload. Only refusals keep their state: everything
 * else is sent again, which the same id makes harmless (T2).
 */
export class OutboxStore {
  readonly #store: KeyValueStore;
  readonly #key: string;

  constructor(store: KeyValueStore, owner: { readonly server: string; readonly room: string; readonly user: string }) {
    this.#store = store;
    this.#key = `parley.outbox ${JSON.stringify([owner.server, owner.room, owner.user])}`;
  }

  load(): readonly Kept[] {
    const json = this.#store.get(this.#key);
    return json === null ? [] : readItems(json);
  }

  save(items: readonly Kept[]): void {
    if (items.length === 0) this.#store.remove(this.#key);
    else this.#store.set(this.#key, JSON.stringify(items));
  }
}

function readItems(json: string): readonly Kept[] {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.flatMap((value) => readItem(value) ?? []) : [];
  } catch {
    // Anything on the page may write there; what is not ours cannot be sent.
    return [];
  }
}

function readItem(value: Partial<Record<string, unknown>> | null): Kept | null {
  const id = ClientKey.safeParse(value?.id).data;
  if (!id || !value || typeof value.text !== 'string') return null;
  if (value.kind !== 'prompt' && value.kind !== 'message') return null;
  if (value.audience !== 'room' && value.audience !== 'me') return null;
  const { kind, audience, text } = value;
  const quotes = value.quotes === undefined ? [] : readQuotes(value.quotes);
  // Sent without what it was limited to, or to another model, it would be another question.
  if (quotes === null || (value.model !== undefined && typeof value.model !== 'string')) return null;
  const clean = value.quotes === undefined ? {} : { quotes };
  const chosen = value.model === undefined ? {} : { model: value.model };
  return { id, kind, audience, text, ...clean, ...chosen, state: readState(value.state) };
}

function readQuotes(value: unknown): readonly EntryId[] | null {
  if (!Array.isArray(value)) return null;
  const ids = value.map((one) => EntryId.safeParse(one).data);
  return ids.every((id) => id !== undefined) ? ids : null;
}

function readState(state: unknown): Kept['state'] {
  const why =
    typeof state === 'object' && state !== null && 'fault' in state ? Fault.safeParse(state.fault).data : null;
  return why ? { kind: 'refused', fault: why } : { kind: 'unsent' };
}
