import { must } from '@parley/shared/assert';
import type { RoomView } from '@parley/shared/entry';
import { docKind, transcriptOf, type DocKey, type ShelfName } from '@parley/shared/documents';
import { laneOwner, privateLane, type EntryId, type LaneKey, type TurnId, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { startedTurns } from '../core/arbiter/lane.ts';
import type { JournalRecord } from '../core/records.ts';
import type { PresentRoom } from '../core/room-state.ts';
import { shelfOf } from '../core/labels/shelf.ts';
import { answerText } from '../core/arbiter/turn-work.ts';
import type { Digest } from '../ports/system.ts';
import type { Documents } from './documents/documents.ts';
import type { TranscriptDoc, TranscriptWriter } from './documents/transcript-doc.ts';
import { approvalsOf } from './approval-views.ts';
import type { Ledger } from './ledger.ts';
import type { Afterwards } from './pipeline.ts';
import { project, projectLane, projectRoom } from './projection.ts';
import type { Shelf } from './stacks.ts';

/** What a change to documents writes and says. */
export interface Shown {
  readonly updates: readonly { readonly doc: DocKey; readonly update: Uint8Array }[];
  readonly messages: readonly Afterwards[];
}

export interface TranscriptsDeps {
  readonly documents: Documents;
  readonly ledger: Ledger;
  readonly digest: Digest;
  /** Asked only where the room is there. */
  readonly room: () => PresentRoom;
  /** C3, C4: what stands for entries of a lane, or is pinned. */
  readonly remembered: (lane: LaneKey) => Partial<RoomView>;
}

/**
 * The transcript documents of a room. Each lane has its own, and one more for each set of resources that
 * something in it was made from (R4): a document is the smallest thing that somebody may or may not read.
 */
export class Transcripts {
  readonly #deps: TranscriptsDeps;
  readonly #docs = new Map<DocKey, TranscriptDoc>();
  readonly #lanes = new Set<LaneKey>();
  readonly #names = new Map<string, ShelfName>();

  constructor(deps: TranscriptsDeps) {
    this.#deps = deps;
  }

  /** Loads what a lane is shown in. */
  async load(lane: LaneKey): Promise<void> {
    for (const name of this.#namesOf(lane)) this.#docs.set(name, await this.#deps.documents.transcript(name));
  }

  /** What a lane that was loaded catches up with, to be committed in this tick; its records may be shown only after that. */
  open(lane: LaneKey): Shown {
    const { ledger, room } = this.#deps;
    const shown = this.#namesOf(lane).map((name) => this.#shown(name, this.#doc(name).takeBackUnstored()));
    shown.push(...ledger.shelves(lane).map((shelf) => this.#catchUp(shelf)));
    this.#lanes.add(lane);
    // A document that was not loaded when the room changed catches up here.
    shown.push(
      this.#change(transcriptOf(lane), (write) => {
        projectRoom(write, room(), room().lanes.get(lane)?.state);
        write.setRoom(this.#deps.remembered(lane));
      }),
    );
    const owner = laneOwner(lane);
    if (owner !== null) shown.push(this.showApprovals(owner));
    return together(shown);
  }

  #namesOf(lane: LaneKey): readonly DocKey[] {
    return [transcriptOf(lane), ...this.#deps.ledger.shelves(lane).map((shelf) => this.nameOf(shelf))];
  }

  /** What waits for a person, in their own document; one that is not loaded catches up when it is. */
  showApprovals(user: UserId): Shown {
    const lane = privateLane(user);
    if (!this.#lanes.has(lane)) return NOTHING;
    return this.#change(transcriptOf(lane), (write) => write.setApprovals(approvalsOf(this.#deps.room(), user)));
  }

  /** Where the text of a turn is shown while it runs. */
  placeOf(lane: LaneKey, turn: TurnId): DocKey {
    return this.#place(lane, this.#deps.ledger.resourcesOf(turn));
  }

  nameOf({ lane, resources }: Pick<Shelf, 'lane' | 'resources'>): ShelfName {
    const id = `${lane}\n${resources.join(' ')}`;
    const known = this.#names.get(id);
    if (known) return known;
    const name = shelfOf(lane, resources, { roomSalt: this.#deps.room().salt, digest: this.#deps.digest });
    this.#names.set(id, name);
    return name;
  }

  /** Shows what was taken in just now; `before` says where the text of the turns concerned was shown until then. */
  show(lane: LaneKey, records: readonly JournalRecord[], before: ReadonlyMap<TurnId, DocKey>): Shown {
    const { room } = this.#deps;
    const moved = [...before].map(([turn, from]) => this.#move(turn, from, this.placeOf(lane, turn)));
    const own = transcriptOf(lane);
    const places = new Set([own, ...records.flatMap((record) => this.#placesOf(lane, record))]);
    const shown = [...places].map((place) =>
      this.#change(place, (write) => {
        project(write, records, {
          holds: ({ resources }) => this.#place(lane, resources) === place,
          held: (entry) => this.#placeOfEntry(lane, entry) === place,
          runs: (turn) => this.placeOf(lane, turn) === place,
          before: (turn) => textBefore(room(), lane, turn),
        });
        if (place !== own) return;
        projectLane(write, must(room().lanes.get(lane), 'a lane with records is open').state);
        write.setRoom(this.#deps.remembered(lane));
      }),
    );
    return together([...moved, ...shown]);
  }

  /** Shows what changed of the room itself in every lane. */
  showRoom(): Shown {
    const { room } = this.#deps;
    return together(
      [...this.#lanes].map((lane) =>
        this.#change(transcriptOf(lane), (write) => projectRoom(write, room(), undefined)),
      ),
    );
  }

  append(lane: LaneKey, turn: TurnId, piece: string): Shown {
    return this.#change(this.placeOf(lane, turn), (write) => write.appendLive(turn, piece));
  }

  /** The answer of a turn as far as it is shown. */
  liveText(lane: LaneKey, turn: TurnId): string {
    return this.#docs.get(this.placeOf(lane, turn))?.liveText(turn) ?? '';
  }

  #place(lane: LaneKey, resources: readonly ResourceId[] = []): DocKey {
    return resources.length === 0 ? transcriptOf(lane) : this.nameOf({ lane, resources });
  }

  #placeOfEntry(lane: LaneKey, id: EntryId): DocKey {
    return this.#place(lane, this.#deps.ledger.entry(id)?.item.entry.resources);
  }

  #placesOf(lane: LaneKey, record: JournalRecord): DocKey[] {
    switch (record.type) {
      case 'entry.added':
      case 'turn.started':
        return [this.#place(lane, record.entry.resources)];
      case 'entry.redacted':
        return [this.#placeOfEntry(lane, record.entry)];
      case 'turn.attempted':
        return [this.placeOf(lane, record.turn)];
      case 'turn.ended':
        return [this.#place(lane, record.answer?.resources), this.placeOf(lane, record.turn)];
      default:
        return [];
    }
  }

  /** A turn that came to use more is shown to fewer: its text so far leaves those who may not read it any more. */
  #move(turn: TurnId, from: DocKey, to: DocKey): Shown {
    const text = this.#docs.get(from)?.liveTextOrNull(turn) ?? null;
    if (from === to || text === null) return NOTHING;
    const cleared = this.#change(from, (write) => write.clearLive(turn));
    const opened = this.#change(to, (write) => {
      write.startLive(turn);
      write.appendLive(turn, text);
    });
    return together([cleared, opened]);
  }

  /** Entries that the journal has and the document has not. */
  #catchUp(shelf: Shelf): Shown {
    const name = this.nameOf(shelf);
    const last = this.#docs.get(name)?.lastSeq ?? 0;
    const missing = shelf.items.filter(({ entry }) => entry.seq > last);
    return missing.length === 0
      ? NOTHING
      : this.#change(name, (write) => missing.forEach(({ entry }) => write.addEntry(entry)));
  }

  #change(key: DocKey, write: (writer: TranscriptWriter) => void): Shown {
    return this.#shown(key, this.#doc(key).change(write));
  }

  #shown(key: DocKey, update: Uint8Array | null): Shown {
    if (update === null) return NOTHING;
    return { updates: [{ doc: key, update }], messages: this.#deps.documents.announce(key, update) };
  }

  /** A shelf that the journal did not name when its lane was loaded was never written. */
  #doc(key: DocKey): TranscriptDoc {
    const known = this.#docs.get(key);
    if (known) return known;
    const kind = docKind(key);
    if (kind.kind !== 'shelf') throw new Error('must: a lane is loaded before it is written');
    const doc = this.#deps.documents.blank(kind.name);
    this.#docs.set(key, doc);
    return doc;
  }
}

/** What the steps of a turn said before the one that begins. */
function textBefore(room: PresentRoom, lane: LaneKey, id: TurnId): string {
  const state = room.lanes.get(lane)?.state;
  const turn = state === undefined ? undefined : startedTurns(state).find((each) => each.turn === id);
  return turn === undefined ? '' : answerText(turn);
}

export function together(shown: readonly Shown[]): Shown {
  return { updates: shown.flatMap(({ updates }) => updates), messages: shown.flatMap(({ messages }) => messages) };
}

const NOTHING: Shown = { updates: [], messages: [] };
