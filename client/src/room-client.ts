import type { Replies } from '@parley/shared/answers';
import type { Member, TurnView } from '@parley/shared/entry';
import type { Result } from '@parley/shared/fault';
import type { ClientKey, EntryId, TurnId, UserId } from '@parley/shared/ids';
import type { RoomPolicy } from '@parley/shared/policy';
import type { Askable } from '@parley/shared/replies';
import type { RoomRole } from '@parley/shared/roles';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Organisation } from './organisation.ts';
import type { Fields } from './requests.ts';
import type { RoomViewModel } from './view.ts';

export interface ConnectOptions {
  /** The server's address, for instance `https://parley.example`. */
  readonly server: string;
  readonly room: string;
  /** Called before every connection and before a token ends; returns a fresh token. */
  readonly token: () => string | Promise<string>;
}

export interface Addressed {
  /** `room`: everyone here sees it. `me`: only you. */
  readonly audience?: 'room' | 'me';
}

export interface Asked extends Addressed {
  /** A clean turn: the model is sent these entries and the question, and nothing else. */
  readonly quotes?: readonly EntryId[];
  /** Of those that `room.get` names; left out, the first of them answers. */
  readonly model?: string;
}

/** A room as the server describes it: its title, its policy, my own role. */
export type RoomDetails = Replies['room.update'];

/** What is to be different; the rest stays as it is. */
export interface RoomChange {
  readonly title?: string;
  /** Whether a room that nobody named gets a title by itself. */
  readonly titles?: 'auto' | 'off';
  /** Who comes in without being added: nobody, or everyone in the organisation. */
  readonly join?: RoomPolicy['join'];
  /** Whether those who may read a document may share what was built on it (R5). */
  readonly release?: RoomPolicy['release'];
  /** The models that may answer here; null: all that the server offers. */
  readonly models?: RoomPolicy['models'];
}

/** One person's live connection to one room. */
export interface RoomClient {
  /** The current view; replaced, never changed, when something happens. */
  readonly view: RoomViewModel;
  /** Calls `listener` after each change, at most once a microtask; the result unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** Asks the AI. Kept and resent with the same id until the server has it. */
  ask(text: string, options?: Asked): ClientKey;
  /** Says something to people. Kept and resent likewise. */
  say(text: string, options?: Addressed): ClientKey;
  /** Sends a refused item again under a new id, or forgets it. */
  retry(id: ClientKey): void;
  discard(id: ClientKey): void;
  /** Opens, or leaves, the editor of a queued prompt of mine; it cannot start meanwhile. */
  hold(turn: TurnId): Promise<Result<TurnView>>;
  unhold(turn: TurnId): Promise<Result<TurnView>>;
  edit(turn: TurnId, text: string, revision: number): Promise<Result<TurnView>>;
  withdraw(turn: TurnId): Promise<Result<TurnView>>;
  stop(turn: TurnId): Promise<Result<TurnView>>;
  members(): Promise<Result<readonly Member[]>>;
  /** Adds somebody, or gives a member another role; refused above my own rights and for the last owner. */
  setMember(user: UserId, role: RoomRole): Promise<Result<Member>>;
  /** Takes somebody out of the room at once. With my own id I leave, and the connection ends. */
  removeMember(user: UserId): Promise<Result<Record<string, never>>>;
  details(): Promise<Result<RoomDetails>>;
  updateRoom(change: RoomChange): Promise<Result<RoomDetails>>;
  /** Any other command, answered once; a lost connection answers `unavailable`, and then it may have been done. */
  request<T extends Askable>(type: T, fields: Fields<T>): Promise<Result<Replies[T]>>;
  /** Brings entries older than the view's first; resolves to false when there are none. */
  loadOlder(lane: 'room' | 'me'): Promise<boolean>;
  /** Says that I type; in my private lane the server alone hears of it. */
  setTyping(typing: boolean, lane: 'room' | 'me'): void;
  readonly organisation: Organisation;
  /** The shared workspace, for an editor binding. */
  readonly workspace: { readonly doc: Y.Doc; readonly awareness: Awareness };
  /** Drops the words that the server refused, once the person has them back. */
  forgetLostWords(): void;
  close(): void;
}
