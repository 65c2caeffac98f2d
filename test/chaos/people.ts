import { browserEnv } from '@parley/client/browser-env';
import { LiveRoom } from '@parley/client/live-room';
import type { RoomClient } from '@parley/client/room-client';
import type { RoomViewModel } from '@parley/client/view';
import type { PromptAccepted } from '@parley/shared/answers';
import type { Entry } from '@parley/shared/entry';
import { ENTRIES, LIVE } from '@parley/shared/documents';
import { setTimeout as pass } from 'node:timers/promises';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type * as z from 'zod';
import { markerOf } from '../kit/counting-model.ts';
import type { RestPerson } from '../kit/server.ts';
import type { PromiseRecord } from './record.ts';

/** Somebody who does things for as long as the server lives. */
export interface Busy {
  /** Resolves once `life` is over; whatever was promised meanwhile is on record. */
  live(life: AbortSignal): Promise<void>;
}

interface Draft {
  readonly key: string;
  readonly text: string;
  readonly audience: 'room' | 'me';
  readonly sentAfter: number;
}

export interface Circumstances {
  readonly record: PromiseRecord;
  /** In [0, 1). */
  readonly random: () => number;
}

const MOST_PROMPTS = 6;
/** On a slow machine people ask faster than crashes let answers come; a queue has its bounds. */
const MOST_WAITING = 40;
/** So that people do not do everything in the first moment of a life. */
const LONGEST_GAP_MS = 30;

/** Asks over HTTP, and asks again with the same id until there is an answer. */
export class RestAsker implements Busy {
  readonly #person: RestPerson;
  readonly #room: string;
  readonly #at: Circumstances;
  #made = 0;
  #unanswered: Draft | null = null;

  constructor(person: RestPerson, room: string, at: Circumstances) {
    this.#person = person;
    this.#room = room;
    this.#at = at;
  }

  async live(life: AbortSignal): Promise<void> {
    const prompts = 1 + Math.floor(this.#at.random() * MOST_PROMPTS);
    for (let asked = 0; asked < prompts; asked++) {
      await gap(this.#at.random, life);
      if (life.aborted || !(await this.ask())) return;
    }
  }

  /** False when the server was gone before it answered; the same prompt is then the next one. */
  async ask(): Promise<boolean> {
    this.#unanswered ??= this.#draft();
    const { key, text, audience, sentAfter } = this.#unanswered;
    const accepted = await this.#send({ id: key, text, audience });
    if (accepted === null) return false;
    const lane = audience === 'room' ? 'room' : `me:${this.#person.id}`;
    this.#at.record.prompt({
      author: this.#person.id,
      key,
      lane,
      ticket: { turn: accepted.turn, seq: accepted.seq },
      sentAfter,
    });
    this.#unanswered = null;
    return true;
  }

  get waiting(): boolean {
    return this.#unanswered !== null;
  }

  #draft(): Draft {
    const number = ++this.#made;
    return {
      key: `${this.#person.id}-${number}`,
      text: `Tell me about ${markerOf(this.#person.id, number)}`,
      audience: this.#at.random() < 0.2 ? 'me' : 'room',
      sentAfter: this.#at.record.prompts.length,
    };
  }

  async #send(body: Record<string, string>): Promise<z.infer<typeof PromptAccepted> | null> {
    try {
      return await this.#person.must('POST', `/v1/rooms/${this.#room}/prompts`, body);
    } catch (error) {
      // What fetch throws when the other side is not there or goes away; an answer that refuses is another error.
      if (error instanceof TypeError) return null;
      throw error;
    }
  }
}

/** A person with the Parley client, which stays through every crash and resends by itself. */
export class ClientAsker implements Busy {
  readonly #id: string;
  readonly #client: RoomClient;
  readonly #at: Circumstances;
  readonly #pending = new Map<string, number>();
  #made = 0;

  constructor(
    options: {
      readonly server: string;
      readonly room: string;
      readonly person: RestPerson;
      readonly back: (listener: () => void) => () => void;
    },
    at: Circumstances,
  ) {
    const { server, room, person, back } = options;
    this.#id = person.id;
    this.#at = at;
    this.#client = new LiveRoom(
      { server, room, token: () => person.token },
      { ...browserEnv(), random: at.random, onOnline: back, onOffline: () => () => {} },
    );
    this.#client.subscribe(() => this.#note(this.#client.view));
  }

  async live(life: AbortSignal): Promise<void> {
    const prompts = Math.floor(this.#at.random() * MOST_PROMPTS);
    for (let asked = 0; asked < prompts; asked++) {
      await gap(this.#at.random, life);
      if (life.aborted || this.#pending.size + this.#client.view.room.tickets.length >= MOST_WAITING) return;
      const key = this.#client.ask(`Tell me about ${markerOf(this.#id, ++this.#made)}`);
      this.#pending.set(key, this.#at.record.prompts.length);
    }
  }

  /** Resolves when everything it ever asked was accepted. */
  settled(): Promise<void> {
    return until(this.#client, () => this.#pending.size === 0);
  }

  close(): void {
    this.#client.close();
  }

  /** Accepted is what left the outbox, because the room shows it, or what the outbox calls so. */
  #note({ outbox }: RoomViewModel): void {
    const open = new Set(outbox.filter(({ state }) => state.kind !== 'accepted').map(({ id }): string => id));
    const refused = outbox.find(({ state }) => state.kind === 'refused');
    if (refused) throw new Error(`a prompt was refused: ${JSON.stringify(refused)}`);
    for (const [key, sentAfter] of [...this.#pending]) {
      if (open.has(key)) continue;
      this.#pending.delete(key);
      this.#at.record.prompt({ author: this.#id, key, lane: 'room', ticket: null, sentAfter });
    }
  }
}

/**
 * Writes words into the shared notes and records each when it is said to be saved. With every life comes
 * a fresh client: one that stayed would bring back what the server had lost.
 */
export class Editor implements Busy {
  readonly #person: RestPerson;
  readonly #where: { readonly server: string; readonly room: string };
  readonly #at: Circumstances;
  #made = 0;

  constructor(person: RestPerson, where: { readonly server: string; readonly room: string }, at: Circumstances) {
    this.#person = person;
    this.#where = where;
    this.#at = at;
  }

  async live(life: AbortSignal): Promise<void> {
    const client = new LiveRoom({ ...this.#where, token: () => this.#person.token }, browserEnv());
    try {
      while (!life.aborted) {
        const word = `${this.#person.id}-${++this.#made}`;
        const notes = client.workspace.doc.getText('notes');
        notes.insert(Math.floor(this.#at.random() * 2) * notes.length, `${word} `);
        // The view follows its changes by a microtask.
        await Promise.resolve();
        await Promise.race([until(client, ({ saved }) => saved), over(life)]);
        if (client.view.saved) this.#at.record.edit(word);
        await gap(this.#at.random, life);
      }
    } finally {
      client.close();
    }
  }
}

/** Somebody who only reads, with a stock provider, through every crash: what was shown once must stay. */
export class Onlooker {
  readonly #doc = new Y.Doc();
  readonly #provider: WebsocketProvider;
  /** Everything it was ever shown. */
  readonly seen = new Map<string, Entry>();
  /** What a reader must never meet: a close for good, an entry that is not the next one, two calls in one answer. */
  readonly offences: string[] = [];

  constructor(socketUrl: string, room: string, person: RestPerson) {
    this.#provider = new WebsocketProvider(`${socketUrl}/v1/rooms/${room}/docs`, 'transcript', this.#doc, {
      protocols: ['parley.v1', `bearer.${person.token}`],
      maxBackoffTime: 100,
      disableBc: true,
    });
    this.#provider.on('closed', (event: { code: number }) => this.offences.push(`closed ${event.code}`));
    this.#entries.observe(() => this.#look());
    this.#doc.getMap<Y.Text>(LIVE).observeDeep(() => this.#lookAtLive());
  }

  get #entries(): Y.Array<Entry> {
    return this.#doc.getArray<Entry>(ENTRIES);
  }

  get entries(): readonly Entry[] {
    return this.#entries.toArray();
  }

  /** Resolves when it shows the entry. */
  shows(id: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.seen.has(id)) return;
        this.#entries.unobserve(look);
        resolve();
      };
      this.#entries.observe(look);
      look();
    });
  }

  close(): void {
    this.#provider.destroy();
    this.#provider.awareness.destroy();
    this.#doc.destroy();
  }

  #look(): void {
    const entries = this.#entries.toArray();
    entries.forEach((entry, index) => {
      const before = entries[index - 1];
      if (before !== undefined && entry.seq !== before.seq + 1)
        this.offences.push(`${entry.seq} follows ${before.seq}`);
      this.seen.set(entry.id, entry);
    });
  }

  /** An answer that begins again replaces what was shown of it. */
  #lookAtLive(): void {
    for (const live of this.#doc.getMap<Y.Text>(LIVE).values()) {
      const text = live.toString();
      if (text !== '' && text.split('call ').length !== 2) this.offences.push(`two calls in one answer: ${text}`);
    }
  }
}

/** Resolves when the client's view is as wanted. */
function until(client: RoomClient, wanted: (view: RoomViewModel) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!wanted(client.view)) return;
      stop();
      resolve();
    };
    const stop = client.subscribe(look);
    look();
  });
}

function over(life: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (life.aborted) resolve();
    else life.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function gap(random: () => number, life: AbortSignal): Promise<void> {
  await Promise.race([pass(random() * LONGEST_GAP_MS), over(life)]);
}
