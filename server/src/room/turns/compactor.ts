import { laneOwner, type LaneKey } from '@parley/shared/ids';
import { PREPARE_SHARE, SWAP_SHARE } from '../../core/compaction/digest-plan.ts';
import { lastNumber, mayAsk, waiting } from '../../core/compaction/lane-digests.ts';
import type { JournalRecord, RecordOf } from '../../core/records.ts';
import type { Model, ModelEnd, ModelRequest, Provider } from '../../ports/model.ts';
import type { Mailbox } from '../mailbox.ts';
import { openDigestAccount, type DigestAccount, type DigestAccountDeps } from './digest-account.ts';
import type { AskedDigest } from './asked-digest.ts';
import type { ContextSource } from './context-source.ts';
import { judgedDigest, type WrittenDigest } from './judged-digest.ts';
import { modelFor } from './model-for.ts';
import { declared } from './offers.ts';
import { inputOf } from './step-account.ts';
import type { TurnTools } from './turn-tools.ts';

export interface CompactorDeps extends DigestAccountDeps {
  readonly lane: LaneKey;
  readonly context: ContextSource;
  readonly tools: TurnTools;
  readonly mailbox: Mailbox;
  /** As it speaks: what it says is judged, and nothing of it is repaired. */
  readonly unfiltered: Model;
}

/** What a model said when it was asked for a digest. */
interface Said {
  readonly text: string;
  readonly end: ModelEnd;
  /** It said more than any digest may. */
  readonly isEndless: boolean;
  readonly settled: readonly JournalRecord[];
}

/** What was asked, and by whom: the model that answered has its prefix. */
type AnsweredTurn = Parameters<typeof modelFor>[2];

/** Characters for each token that a digest may have; whoever says more is not listened to. */
const MOST_CHARS_PER_TOKEN = 8;

/**
 * Keeps a lane's conversation short (C13): asks for a digest in the background when much of what it may use is used,
 * and puts it in its place when a turn starts. Whatever goes wrong, the conversation is cut as it would be without.
 */
export class Compactor {
  readonly #deps: CompactorDeps;
  #running: AbortController | null = null;

  constructor(deps: CompactorDeps) {
    this.#deps = deps;
  }

  /** A turn ended: asks for a digest when it is time. */
  consider(ended: AnsweredTurn): void {
    const { context, lane } = this.#deps;
    const asked = this.#mayAsk() && context.load(lane) >= PREPARE_SHARE ? this.askedAt(null) : null;
    const request = asked && this.#request(asked, ended);
    if (asked === null || request === null) return;
    const account = openDigestAccount(this.#deps, {
      generation: asked.plan.generation,
      inputTokens: request.inputTokens,
      most: asked.plan.mostTokens,
    });
    if (account !== null) this.#ask(asked, request, account);
  }

  /** G9: what is to be asked for a lane that is idle; null when it needs no digest, or has one that waits. */
  wanted(): AskedDigest | null {
    const { context, lane, tools } = this.#deps;
    const isLong = this.#mayAsk() && context.idleLoad(lane, tools.declaredTokens()) >= PREPARE_SHARE;
    return isLong ? this.askedAt(null) : null;
  }

  /** The same as it was when the lane had so many entries; null: as it is now. Null when a digest came meanwhile. */
  askedAt(entries: number | null): AskedDigest | null {
    const { chronicle, context, lane, tools } = this.#deps;
    if (waiting(chronicle.digests.of(lane)) !== null) return null;
    return context.digest(lane, tools.declaredTokens(), entries);
  }

  /** C15: what becomes of what a model wrote. */
  judged(asked: AskedDigest, written: WrittenDigest): RecordOf<'digest.prepared' | 'digest.failed'> {
    return judgedDigest(this.#deps, asked, written);
  }

  /** C15: a turn starts, and so much is used: whether what was prepared took its place. */
  swap(load: number): boolean {
    const { chronicle, clock, lane } = this.#deps;
    const next = load < SWAP_SHARE ? null : waiting(chronicle.digests.of(lane));
    if (next === null) return false;
    chronicle.write([{ type: 'digest.adopted', lane, generation: next.number, at: clock.now() }]);
    return true;
  }

  /** The room goes to somebody else; what was not finished never was. */
  abandon(): void {
    this.#running?.abort();
  }

  /** The model that the turn was answered by: another one has nothing of the prefix. */
  #request({ plan, messages, tokens, cacheKey }: AskedDigest, ended: AnsweredTurn): ModelRequest | null {
    const { chronicle, lane, ref, tools, unfiltered } = this.#deps;
    const model = modelFor(chronicle, unfiltered, ended);
    if (model === null) return null;
    const owner = laneOwner(lane);
    const declarations = declared(tools.offers());
    return {
      ...{
        messages,
        inputTokens: inputOf({ inputTokens: tokens, messages: messages.length, tools: declarations }),
        cacheKey,
        model,
        caller: owner === null ? ref : { ...ref, user: owner },
        background: 'digest',
        maxOutputTokens: plan.mostTokens,
      },
      ...{ tools: declarations, allowedTools: [] },
    };
  }

  #ask(asked: AskedDigest, request: ModelRequest, account: DigestAccount): void {
    const { mailbox } = this.#deps;
    const running = new AbortController();
    this.#running = running;
    const heard = listen(this.#deps.unfiltered, request, { account, signal: running.signal });
    // It never rejects; what does is a bug of ours, and stops the room as such.
    heard.then(
      (said) => mailbox.post(() => this.#take(asked, said)),
      (error: unknown) => mailbox.post(() => Promise.reject(error)),
    );
  }

  /** R14: what was made from words that were taken away meanwhile is thrown away, and is nobody's mistake. */
  #take(asked: AskedDigest, said: Said): void {
    const { chronicle, lane } = this.#deps;
    this.#running = null;
    const { plan, redactions } = asked;
    const isStale = redactions !== chronicle.ledger.redactions;
    const isNext = plan.generation === lastNumber(chronicle.digests.of(lane)) + 1;
    // G9: a call that had to give way is asked again behind the next turn.
    const gaveWay = said.end.reason === 'failed' && said.end.class === 'aborted' && !said.isEndless;
    if (isStale || !isNext || gaveWay) return chronicle.write(said.settled);
    const { reason } = said.end;
    const end = reason === 'stop' || reason === 'failed' ? reason : 'other';
    chronicle.write([...said.settled, this.judged(asked, { text: said.text, end })]);
  }

  /** None is asked for, none waits, and none of them failed too often. */
  #mayAsk(): boolean {
    const { chronicle, clock, lane } = this.#deps;
    return this.#running === null && mayAsk(chronicle.digests.of(lane), clock.now());
  }
}

interface Listening {
  readonly account: DigestAccount;
  readonly signal: AbortSignal;
}

/** All that a model says, within bounds, and what each call of it came to. */
async function listen(model: Model, request: ModelRequest, { account, signal }: Listening): Promise<Said> {
  const own = new AbortController();
  const most = request.maxOutputTokens * MOST_CHARS_PER_TOKEN;
  const settled: JournalRecord[] = [];
  let text = '';
  let last: { readonly end: ModelEnd; readonly from?: Provider } | null = null;
  for await (const event of model.stream(request, AbortSignal.any([signal, own.signal]))) {
    if (event.type === 'end') last = event;
    else if (event.type === 'text') text = (text + event.text).slice(0, most);
    else if (event.type === 'again') {
      settled.push(account.failed(event.failed, event.from, text));
      text = '';
    }
    if (text.length === most) own.abort();
  }
  if (last === null) throw new Error('must: G1: a model stream ends with an end event');
  settled.push(account.ended(last.end, last.from, text));
  return { text, end: last.end, isEndless: text.length === most, settled };
}
