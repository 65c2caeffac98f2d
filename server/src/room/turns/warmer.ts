import { laneOwner, type UserId } from '@parley/shared/ids';
import { heatOf, isWorthWarming, USUAL_CACHING } from '../../core/warming/worth-warming.ts';
import type { JournalRecord } from '../../core/records.ts';
import type { Model, ModelEnd, ModelRequest, Provider } from '../../ports/model.ts';
import type { Mailbox } from '../mailbox.ts';
import type { ContextSource, Foreseen } from './context-source.ts';
import { modelsFor } from './model-for.ts';
import { inputOf } from './step-account.ts';
import type { TurnTools } from './turn-tools.ts';
import { openWarmupAccount, type WarmupAccount, type WarmupAccountDeps } from './warmup-account.ts';

export interface WarmerDeps extends WarmupAccountDeps {
  readonly context: ContextSource;
  readonly tools: TurnTools;
  readonly mailbox: Mailbox;
  readonly unfiltered: Model;
}

/** Nothing is said: what counts is that it was read. */
const MOST_TOKENS = 1;
/** However often somebody begins to type, what a turn would be sent is looked at no more often. */
const LOOK_MS = 1_000;
const CHARS_PER_TOKEN = 4;

/**
 * Has a lane's prefix in the provider's cache before a prompt comes (C17): when somebody who may ask there begins to
 * type, and it is about to be cold or was never sent, one request says it up to the prompt, and nobody waits for it.
 */
export class Warmer {
  readonly #deps: WarmerDeps;
  #running: AbortController | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isBuilt = false;

  constructor(deps: WarmerDeps) {
    this.#deps = deps;
  }

  /** Somebody reads along who was not there: builds what a turn would be sent, in memory, once. */
  joined(): void {
    if (this.#isBuilt) return;
    this.#isBuilt = true;
    const { context, lane, tools } = this.#deps;
    const nobody = { id: laneOwner(lane) ?? 'system', name: '', kind: 'system' } as const;
    context.foresee(lane, nobody, tools.offers(), tools.declaredTokens());
  }

  /** Somebody who may ask here began to type, and no turn runs. */
  typed(user: UserId): void {
    const { chronicle, clock, lane, unfiltered } = this.#deps;
    const now = clock.now();
    const [model] = modelsFor(chronicle.room, unfiltered, user);
    if (model === undefined || this.#running !== null || now - this.#lookedAt < LOOK_MS) return;
    const { warmths } = chronicle;
    const caching = unfiltered.cachingOf?.(model) ?? USUAL_CACHING;
    const known = { warmth: warmths.of(lane), caches: warmths.caches(lane, model) };
    const heat = heatOf({ ...known, model, caching, now });
    if (heat === 'closed') return;
    this.#lookedAt = now;
    const { asking, seen, inputTokens } = this.#foresee(user);
    if (!isWorthWarming(heat, { tokens: aboutTokens(asking), seen }, caching)) return;
    const { messages, tools } = asking;
    const reserved = inputOf({ inputTokens, messages: messages.length, tools });
    const account = openWarmupAccount(this.#deps, reserved, MOST_TOKENS);
    if (account !== null) this.#send({ ...asking, inputTokens: reserved, model, ...this.#about(user) }, account);
  }

  /** A person's turn begins, and sends the same itself. */
  giveWay(): void {
    this.#running?.abort();
  }

  #foresee(user: UserId): Foreseen {
    const { chronicle, context, lane, tools } = this.#deps;
    const name = chronicle.room.members.get(user)?.name ?? '';
    return context.foresee(lane, { id: user, name, kind: 'user' }, tools.offers(), tools.declaredTokens());
  }

  #about(user: UserId): Pick<ModelRequest, 'caller' | 'background' | 'maxOutputTokens'> {
    const { lane, ref } = this.#deps;
    const caller = laneOwner(lane) === null ? ref : { ...ref, user };
    return { caller, background: 'warmup', maxOutputTokens: MOST_TOKENS };
  }

  #send(request: ModelRequest, account: WarmupAccount): void {
    const { mailbox, unfiltered } = this.#deps;
    const running = new AbortController();
    this.#running = running;
    // It never rejects; what does is a bug of ours, and stops the room as such.
    endOf(unfiltered, request, running.signal).then(
      ({ end, from }) => mailbox.post(() => this.#take(account.ended(end, from))),
      (error: unknown) => mailbox.post(() => Promise.reject(error)),
    );
  }

  #take(settled: JournalRecord): void {
    this.#running = null;
    this.#deps.chronicle.write([settled]);
  }
}

interface Over {
  readonly end: ModelEnd;
  readonly from: Provider | undefined;
}

/** Near enough to say whether a provider would keep it. */
function aboutTokens({ messages, tools }: Foreseen['asking']): number {
  const chars = messages.reduce((sum, { content }) => sum + content.length, JSON.stringify(tools).length);
  return Math.floor(chars / CHARS_PER_TOKEN);
}

/** What it says is not listened to. */
async function endOf(model: Model, request: ModelRequest, signal: AbortSignal): Promise<Over> {
  for await (const event of model.stream(request, signal))
    if (event.type === 'end') return { end: event.end, from: event.from };
  throw new Error('must: G1: a model stream ends with an end event');
}
