import type { Replies } from '@parley/shared/answers';
import type { Fault, Result } from '@parley/shared/fault';
import { fault, ok } from '@parley/shared/fault';
import { ClientKey } from '@parley/shared/ids';
import { retryDelay } from './backoff.ts';
import type { Cancel, ClientEnv } from './env.ts';
import type { LinkEnd } from './link-end.ts';
import type { Acceptance, Kept, OutboxEvent } from './outbox-state.ts';
import { isShown, reduceOutbox } from './outbox-state.ts';
import { OutboxStore } from './outbox-store.ts';
import type { Ask } from './requests.ts';
import type { LaneView } from './view.ts';

export interface OutboxOptions {
  readonly server: string;
  readonly room: string;
  readonly env: Pick<ClientEnv, 'clock' | 'random' | 'newId' | 'store'>;
  readonly ask: Ask;
  /** `items` has another value. */
  readonly changed: () => void;
}

/** Answers that leave open whether the command was done. */
const UNANSWERED: ReadonlySet<Fault['code']> = new Set(['unavailable', 'internal']);
const TOO_LARGE_CLOSES: ReadonlySet<number> = new Set([4413, 1009]);
/** How long the room's documents may take to show what was accepted before its fate is asked for. */
const SHOW_MS = 2_000;

/**
 * What a person wrote, from the keystroke until the room shows it. Each item has one id from the start
 * and is sent with it as often as it takes to get an answer (T1, T2).
 *
 * Items are stored from the moment the server has said who writes them; before that, nobody knows
 * under whose name they would have to be found again.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #items: readonly Kept[] = [];
  #store: OutboxStore | null = null;
  #online = false;
  #failures = 0;
  #resend: Cancel | null = null;
  #inquiry: Cancel | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get items(): readonly Kept[] {
    return this.#items;
  }

  add(words: Omit<Kept, 'id' | 'state'>): ClientKey {
    const id = this.#newId();
    this.#apply({ type: 'added', item: { ...words, id } });
    this.#send();
    return id;
  }

  retry(id: ClientKey): void {
    this.#apply({ type: 'retried', id, newId: this.#newId() });
    this.#send();
  }

  discard(id: ClientKey): void {
    this.#apply({ type: 'gone', id });
  }

  online(user: string): void {
    this.#online = true;
    if (!this.#store) this.#restore(user);
    this.#send();
    this.#inquireLater();
  }

  offline(end: LinkEnd): void {
    this.#online = false;
    this.#stopTimers();
    if (TOO_LARGE_CLOSES.has(end.code)) this.#refuseLargest();
  }

  /** Lets go of what the lanes' documents show by now. `you`: the person's id. */
  hideShown(lanes: Readonly<Record<Kept['audience'], LaneView>>, you: string): void {
    for (const item of this.#items) {
      if (isShown(item, lanes[item.audience], you)) this.#apply({ type: 'gone', id: item.id });
    }
  }

  close(): void {
    this.#online = false;
    this.#stopTimers();
  }

  #newId(): ClientKey {
    return ClientKey.parse(this.#options.env.newId());
  }

  #restore(user: string): void {
    const { server, room, env } = this.#options;
    this.#store = new OutboxStore(env.store, { server, room, user });
    const kept = this.#store.load();
    if (kept.length > 0) this.#set([...kept, ...this.#items]);
    else this.#store.save(this.#items);
  }

  /** In the order of writing; the socket keeps it. */
  #send(): void {
    if (!this.#online) return;
    for (const item of this.#items) {
      if (item.state.kind !== 'unsent') continue;
      this.#apply({ type: 'sent', id: item.id });
      void this.#submit(item).then((result) => this.#settle(item.id, result));
    }
  }

  async #submit({ id, kind, audience, text, quotes, model }: Kept): Promise<Result<Acceptance>> {
    const { ask } = this.#options;
    const reply =
      kind === 'prompt'
        ? await ask('prompt.submit', { id, text, audience, model, quotes: quotes && [...quotes] })
        : await ask('message.post', { id, text, audience, offRecord: false });
    return reply.ok ? ok(acceptanceOf(reply.value)) : reply;
  }

  #settle(id: ClientKey, result: Result<Acceptance>): void {
    if (result.ok) {
      this.#failures = 0;
      this.#apply({ type: 'accepted', id, acceptance: result.value });
      this.#inquireLater();
    } else if (UNANSWERED.has(result.fault.code)) {
      this.#apply({ type: 'unanswered', id });
      this.#sendLater((result.fault.retryAfter ?? 0) * 1000);
    } else {
      this.#apply({ type: 'refused', id, fault: result.fault });
    }
  }

  /** The server is there but cannot answer now. Without a connection, being online again is the signal. */
  #sendLater(atLeastMs: number): void {
    if (!this.#online || this.#resend) return;
    const { clock, random } = this.#options.env;
    const delay = Math.max(atLeastMs, retryDelay(this.#failures, random));
    this.#failures += 1;
    this.#resend = clock.after(delay, () => {
      this.#resend = null;
      this.#send();
    });
  }

  /** A prompt may have ended unseen, for instance withdrawn elsewhere while this client was away. */
  #inquireLater(): void {
    if (!this.#online || this.#inquiry || !this.#items.some(awaitsTurn)) return;
    this.#inquiry = this.#options.env.clock.after(SHOW_MS, () => {
      this.#inquiry = null;
      void Promise.all(this.#items.map((item) => this.#inquire(item))).then(() => this.#inquireLater());
    });
  }

  async #inquire({ id, state }: Kept): Promise<void> {
    if (state.kind !== 'accepted' || !('turn' in state)) return;
    const reply = await this.#options.ask('turn.get', { turn: state.turn });
    if (!reply.ok || reply.value.state !== 'ended') return;
    const { promptEntry, outcome, reason } = reply.value;
    if (promptEntry || outcome === 'cancelled') this.#apply({ type: 'gone', id });
    else this.#apply({ type: 'refused', id, fault: fault('already_ended', reason) });
  }

  /** One frame was too large for the connection; resending it would end each new one. */
  #refuseLargest(): void {
    const sent = this.#items.filter(({ state }) => state.kind === 'sent');
    const largest = sent.sort((a, b) => b.text.length - a.text.length)[0];
    if (largest) this.#apply({ type: 'refused', id: largest.id, fault: fault('too_large') });
  }

  #stopTimers(): void {
    this.#resend?.();
    this.#inquiry?.();
    this.#resend = null;
    this.#inquiry = null;
  }

  #apply(event: OutboxEvent): void {
    this.#set(reduceOutbox(this.#items, event));
  }

  #set(items: readonly Kept[]): void {
    if (items === this.#items) return;
    this.#items = items;
    this.#store?.save(items);
    this.#options.changed();
  }
}

function awaitsTurn({ state }: Kept): boolean {
  return state.kind === 'accepted' && 'turn' in state;
}

function acceptanceOf(reply: Replies['prompt.submit' | 'message.post']): Acceptance {
  return 'entry' in reply
    ? { kind: 'accepted', entrySeq: reply.entry.seq }
    : { kind: 'accepted', turn: reply.turn, position: reply.position };
}
