import { must } from '@parley/shared/assert';
import type { Model, ModelEnd, ModelEvent, ModelRequest, Provider } from '../../ports/model.ts';
import type { Cancel, Clock } from '../../ports/system.ts';

/** No answer is longer; a model that goes on is cut. */
export const MAX_ANSWER_CHARS = 400_000;

export interface TurnCallDeps {
  readonly model: Model;
  readonly clock: Clock;
  /** Text is shown at once when it begins and then in pieces that are so many milliseconds apart now (G11). */
  readonly pieceMs: () => number;
  /** The next piece of text to show. */
  readonly onText: (piece: string) => void;
  /** All text so far is void, shown or not; what comes next begins anew. */
  readonly onAgain: (again: Again, text: string) => void;
  /** The call is over; `text` is all of it, shown or not. Called exactly once. */
  readonly onEnd: (text: string, end: ModelEnd, from?: Provider) => void;
}

/** G2: somebody else is asked the same. */
export type Again = Extract<ModelEvent, { type: 'again' }>;

/** One call of the model, from intent to its last event. */
export class TurnCall {
  readonly #deps: TurnCallDeps;
  readonly #abort = new AbortController();
  readonly #aborted = Promise.withResolvers<void>();
  #text = '';
  #shown = 0;
  #lastShownAt = Number.NEGATIVE_INFINITY;
  #timer: Cancel | null = null;
  #from: Provider | undefined;

  constructor(deps: TurnCallDeps) {
    this.#deps = deps;
  }

  /** Starts the call; nobody is asked before `may`. Resolves after `onEnd`. Never rejects. */
  async run(request: ModelRequest, may?: Promise<void>): Promise<void> {
    const end = await this.#read(request, may);
    this.#timer?.();
    this.#deps.onEnd(this.#text, end, this.#from);
  }

  /** Ends the provider's request; what comes after belongs to nobody (T33, T34). */
  abort(): void {
    this.#abort.abort();
    this.#aborted.resolve();
  }

  async #read(request: ModelRequest, may: Promise<void> | undefined): Promise<ModelEnd> {
    let end: ModelEnd | null = null;
    const { model, pieceMs } = this.#deps;
    for await (const event of model.stream({ ...request, pieceMs: pieceMs() }, this.#abort.signal)) {
      if (event.type === 'ready') await Promise.race([may, this.#aborted.promise]);
      else if (event.type === 'text') this.#add(event.text);
      else if (event.type === 'again') this.#beginAnew(event);
      else ({ end, from: this.#from } = event);
    }
    if (this.#text.length >= MAX_ANSWER_CHARS)
      return { reason: 'failed', class: 'runaway', detail: 'the answer did not end' };
    return must(end, 'G1: a model stream ends with an end event');
  }

  #beginAnew(again: Again): void {
    this.#timer?.();
    this.#timer = null;
    this.#deps.onAgain(again, this.#text);
    this.#text = '';
    this.#shown = 0;
  }

  #add(text: string): void {
    if (text === '' || this.#abort.signal.aborted) return;
    this.#text = (this.#text + text).slice(0, MAX_ANSWER_CHARS);
    if (this.#text.length === MAX_ANSWER_CHARS) this.abort();
    if (this.#timer) return;
    const wait = this.#lastShownAt + this.#deps.pieceMs() - this.#deps.clock.now();
    if (wait <= 0) this.#show();
    else this.#timer = this.#deps.clock.after(wait, () => this.#show());
  }

  #show(): void {
    this.#timer = null;
    if (this.#abort.signal.aborted || this.#shown === this.#text.length) return;
    const piece = this.#text.slice(this.#shown);
    this.#shown = this.#text.length;
    this.#lastShownAt = this.#deps.clock.now();
    this.#deps.onText(piece);
  }
}
