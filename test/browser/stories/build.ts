import type { LaneView, OutboxItem, Person, RoomViewModel } from '@parley/client/view';
import type { Entry, TicketView } from '@parley/shared/entry';
import { ClientKey, EntryId, TurnId } from '@parley/shared/ids';
import { capabilitiesOf, type RoomRole } from '@parley/shared/roles';
import { AI, ana, author } from './people.ts';

/** Short ways to write the views that the stories show. */
export const turnId = (n: number): TurnId => TurnId.parse(`t_${n}`);
export const key = (n: number): ClientKey => ClientKey.parse(`key-${n}`);

/** A fixed moment, so that screenshots differ only where the room does: 12 March 2031, 10:00 here. */
export const MORNING = new Date(2031, 2, 12, 10, 0).getTime();

export interface Line {
  readonly by: Person | 'ai';
  readonly text: string;
  readonly kind?: Entry['kind'];
  readonly minute?: number;
  readonly more?: Partial<Entry>;
}

export function entries(lines: readonly Line[], firstSeq = 1): readonly Entry[] {
  return lines.map(({ by, text, kind, minute, more }, index) => ({
    id: EntryId.parse(`e_${firstSeq + index}`),
    seq: firstSeq + index,
    kind: kind ?? (by === 'ai' ? 'answer' : 'message'),
    author: by === 'ai' ? AI : author(by),
    text,
    at: MORNING + (minute ?? index) * 60_000,
    ...more,
  }));
}

export function lane(change: Partial<LaneView> = {}): LaneView {
  return {
    loaded: true,
    entries: [],
    firstSeq: 1,
    tickets: [],
    answering: null,
    digest: null,
    pins: {},
    titledBy: null,
    ...change,
  };
}

export function ticket(n: number, by: Person, text: string, change: Partial<TicketView> = {}): TicketView {
  return {
    turn: turnId(n),
    id: key(n),
    seq: n,
    author: author(by),
    text,
    state: 'queued',
    position: n,
    revision: 1,
    ...change,
  };
}

export function sending(
  n: number,
  text: string,
  state: OutboxItem['state'],
  kind: OutboxItem['kind'] = 'prompt',
): OutboxItem {
  return { id: key(100 + n), kind, audience: 'room', text, state };
}

export function view(role: RoomRole = 'speaker', change: Partial<RoomViewModel> = {}): RoomViewModel {
  return {
    connection: { kind: 'online' },
    you: ana,
    role,
    capabilities: new Set(capabilitiesOf({ tenantRole: 'member', role })),
    title: 'Launch planning',
    people: [ana],
    room: lane(),
    me: lane(),
    approvals: [],
    outbox: [],
    saved: true,
    lostWords: null,
    ...change,
  };
}
