import type { Model, ModelEnd, ModelEvent, ModelRequest, Provider } from '@parley/server/ports/model';

/** One expected call. Give it to {@link ScriptedModel.expect} and hold on to it to steer the call. */
export interface Step {
  /** Text to stream, piece by piece. */
  readonly pieces?: readonly string[];
  /** How the call ends; `stop` when absent. */
  readonly end?: ModelEnd;
  /** Who answered; nobody to name when absent. */
  readonly from?: Provider;
  /** After this many pieces a provider failed, and another one says the rest. */
  readonly againAfter?: number;
  /** Stream this many pieces, then wait for {@link Call.release}. */
  readonly holdAfter?: number;
  /** Throws when the request is not the one the test expects. */
  readonly check?: (request: ModelRequest) => void;
}

/** What became of an expected call. */
export class Call {
  readonly step: Step;
  /** Resolves with the frozen request once the model was called. */
  readonly called: Promise<ModelRequest>;
  /** Resolves once all pieces before the hold were taken by the reader. */
  readonly held: Promise<void>;
  /** Resolves once the reader has the end, or stopped reading. */
  readonly over: Promise<void>;
  readonly #released = Promise.withResolvers<void>();
  readonly #called = Promise.withResolvers<ModelRequest>();
  readonly #held = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();

  constructor(step: Step) {
    this.step = step;
    this.called = this.#called.promise;
    this.held = this.#held.promise;
    this.over = this.#over.promise;
  }

  /** Lets a held stream go on. */
  release(): void {
    this.#released.resolve();
  }

  async *play(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const { pieces = [], end = { reason: 'stop', usage: usageOf(pieces) }, holdAfter, againAfter, from } = this.step;
    this.#called.resolve(request);
    try {
      for (const [index, text] of pieces.entries()) {
        if (index === holdAfter) await this.#hold(signal);
        if (signal.aborted) break;
        if (index === againAfter) yield AGAIN;
        yield { type: 'text', text };
      }
      if (holdAfter !== undefined && holdAfter >= pieces.length) await this.#hold(signal);
      const last: ModelEnd = signal.aborted ? { reason: 'failed', class: 'aborted', detail: 'aborted' } : end;
      yield { type: 'end', end: last, ...(from && { from }) };
    } finally {
      this.#over.resolve();
    }
  }

  async #hold(signal: AbortSignal): Promise<void> {
    this.#held.resolve();
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await Promise.race([this.#released.promise, aborted.promise]);
    signal.removeEventListener('abort', abort);
  }
}

/**
 * A model that does what it was told and nothing else: calls must come in the order of the script, a call
 * without a step fails, and {@link ScriptedModel.assertDone} fails when a step was not used.
 */
export class ScriptedModel implements Model {
  readonly name = 'scripted';
  readonly saysReady = true;
  /** Every request so far, frozen as it was sent. */
  readonly requests: ModelRequest[] = [];
  readonly #expected: Call[] = [];
  readonly #problems: string[] = [];

  /** Adds a call to the script. */
  expect(step: Step): Call {
    const call = new Call(step);
    this.#expected.push(call);
    return call;
  }

  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    return this.#begun(frozen(request), signal);
  }

  /** Nothing was asked before the event behind `ready` is wanted. */
  async *#begun(sent: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    yield { type: 'ready' };
    if (signal.aborted) yield { type: 'end', end: { reason: 'failed', class: 'aborted', detail: '', asked: false } };
    else yield* this.#asked(sent, signal);
  }

  #asked(sent: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    this.requests.push(sent);
    const call = this.#expected.shift();
    if (!call) return this.#refuse(`the model was called without a step: ${lastLine(sent)}`);
    try {
      call.step.check?.(sent);
    } catch (error) {
      return this.#refuse(`an unexpected request: ${error instanceof Error ? error.message : String(error)}`);
    }
    return call.play(sent, signal);
  }

  /** Fails when anything happened that the script did not say, or did not happen that it said. */
  assertDone(): void {
    const unused = this.#expected.map(({ step }) => `a step was not used: ${JSON.stringify(step.pieces ?? [])}`);
    const problems = [...this.#problems, ...unused];
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  /** The port forbids throwing, so the caller sees a failed call and the test sees the problem at the end. */
  async *#refuse(problem: string): AsyncGenerator<ModelEvent, void, undefined> {
    this.#problems.push(problem);
    yield { type: 'end', end: { reason: 'failed', class: 'request', detail: problem } };
  }
}

const AGAIN: ModelEvent = { type: 'again', failed: 'server', from: { provider: 'first', model: 'scripted' } };

function usageOf(pieces: readonly string[]) {
  return { model: 'scripted', inputTokens: 1, cachedTokens: 0, outputTokens: pieces.length };
}

function frozen(request: ModelRequest): ModelRequest {
  return Object.freeze({
    ...request,
    messages: Object.freeze(request.messages.map((message) => Object.freeze({ ...message }))),
  });
}

function lastLine({ messages }: ModelRequest): string {
  return messages.at(-1)?.content.slice(-200) ?? '(no messages)';
}
