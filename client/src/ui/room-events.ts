import type { Entry } from '@parley/shared/entry';
import type { Fault, Result } from '@parley/shared/fault';
import type { ApprovalView } from '@parley/shared/tools';

/** What parts tell the room; all of them bubble, none leaves its shadow root. */
export interface RoomEvents {
  /** Something was refused, in words for a person. */
  'room-refused': Fault;
  /** The panel should show this. */
  'room-show': PanelTab;
  /** Words were sent to a lane. */
  'room-sent': 'room' | 'me';
  /** A text for the composer to start from. */
  'room-try': string;
  /** What should stand over the room; null: nothing any more. */
  'room-dialog': RoomDialog | null;
  /** A loaded entry to go to. */
  'room-find': { readonly lane: 'room' | 'me'; readonly entry: Entry['id'] };
  /** An entry to ask about, apart from everything else that was said. */
  'room-quote': { readonly lane: 'room' | 'me'; readonly entry: Entry };
}

export type RoomDialog =
  | { readonly kind: 'approval'; readonly approval: ApprovalView }
  /** An answer of my private lane. */
  | { readonly kind: 'release'; readonly entry: Entry }
  /** What the AI keeps of a lane; with an entry, to pin it. */
  | { readonly kind: 'memory'; readonly lane: 'room' | 'me'; readonly entry: Entry | null };

export type PanelTab = 'queue' | 'notes' | 'private' | 'people' | 'tools' | 'usage';
export const PANEL_TABS: readonly PanelTab[] = ['queue', 'notes', 'private', 'people', 'tools', 'usage'];

export function tell<K extends keyof RoomEvents>(from: EventTarget, name: K, detail: RoomEvents[K]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}

/** Waits for a command and tells the room when it was refused; null then. */
export async function valueOrTell<T>(from: EventTarget, result: Promise<Result<T>>): Promise<T | null> {
  const answer = await result;
  if (answer.ok) return answer.value;
  tell(from, 'room-refused', answer.fault);
  return null;
}
