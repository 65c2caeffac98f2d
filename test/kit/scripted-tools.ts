import type {
  CallIdentity,
  CallToken,
  CallTokens,
  Discovery,
  ToolInvocation,
  ToolOutcome,
  Tools,
} from '@parley/server/ports/tools';
import type { ToolName } from '@parley/shared/tools';

/** One expected call of a tool. */
export interface ToolStep {
  /** `tool.function`. */
  readonly call: string;
  /** Throws when it is not called as the test expects. */
  readonly check?: (invocation: ToolInvocation) => void;
  readonly outcome?: ToolOutcome;
  /** Waits for {@link ToolCall.release}, or for the signal. */
  readonly hold?: boolean;
}

/** What became of an expected call. */
export class ToolCall {
  readonly step: ToolStep;
  readonly called: Promise<ToolInvocation>;
  readonly #called = Promise.withResolvers<ToolInvocation>();
  readonly #released = Promise.withResolvers<void>();

  constructor(step: ToolStep) {
    this.step = step;
    this.called = this.#called.promise;
  }

  release(): void {
    this.#released.resolve();
  }

  async play(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    this.#called.resolve(invocation);
    if (this.step.hold === true) {
      const aborted = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => aborted.resolve(), { once: true });
      await Promise.race([this.#released.promise, aborted.promise]);
    }
    if (signal.aborted) return failed('aborted', true);
    return this.step.outcome ?? result('ok');
  }
}

/**
 * Tool servers that do what they were told and nothing else: calls come in the order of the script, one without a
 * step fails, and {@link ScriptedTools.assertDone} fails when a step was not used.
 */
export class ScriptedTools implements Tools {
  /** Everything that went out. */
  readonly invocations: ToolInvocation[] = [];
  /** Where a test cannot say beforehand what is called when: answers all calls. */
  answers: ((invocation: ToolInvocation) => ToolOutcome) | null = null;
  readonly #expected: ToolCall[] = [];
  readonly #status: (ToolOutcome | { readonly kind: 'never-happened' })[] = [];
  readonly #problems: string[] = [];

  expect(step: ToolStep): ToolCall {
    const call = new ToolCall(step);
    this.#expected.push(call);
    return call;
  }

  /** The answer to the next question of what became of a call. */
  expectStatus(outcome: ToolOutcome | { readonly kind: 'never-happened' }): void {
    this.#status.push(outcome);
  }

  async call(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    this.invocations.push(invocation);
    if (this.answers !== null) return this.answers(invocation);
    const name = `${invocation.target.name}.${invocation.function.name}`;
    const call = this.#expected.shift();
    if (call === undefined || call.step.call !== name) return this.#refuse(`${name} was called without a step`);
    try {
      call.step.check?.(invocation);
    } catch (error) {
      return this.#refuse(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return call.play(invocation, signal);
  }

  async status(invocation: ToolInvocation): Promise<ToolOutcome | { readonly kind: 'never-happened' }> {
    return this.#status.shift() ?? this.#refuse(`nobody expected a question about ${invocation.function.name}`);
  }

  async discover(): Promise<Discovery> {
    throw new Error('a room never asks what a tool server can do');
  }

  assertDone(): void {
    const unused = this.#expected.map(({ step }) => `a step was not used: ${step.call}`);
    const problems = [...this.#problems, ...unused, ...this.#status.map(() => 'a status was not asked for')];
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  #refuse(problem: string): ToolOutcome {
    this.#problems.push(problem);
    return failed('protocol', false);
  }
}

/** Tokens that say in the clear for whom they are; a person who is not linked gets none (T37). */
export class ClearTokens implements CallTokens {
  readonly identities: CallIdentity[] = [];
  readonly unlinked = new Set<string>();

  async forCall(tool: ToolName, identity: CallIdentity): Promise<CallToken> {
    this.identities.push(identity);
    if (identity.speaker !== null && this.unlinked.has(identity.speaker)) return { kind: 'not-linked' };
    return { kind: 'token', bearer: `${tool} for ${identity.speaker ?? `room:${identity.room}`}` };
  }
}

export function result(...texts: readonly string[]): ToolOutcome {
  return { kind: 'result', items: texts.map((text) => item(text)), isError: false };
}

export function item(
  text: string,
  more: Partial<Extract<ToolOutcome, { kind: 'result' }>['items'][number]> = {},
): Extract<ToolOutcome, { kind: 'result' }>['items'][number] {
  return { text, resource: null, readers: null, tenant: null, ...more };
}

export function failed(
  kind: 'aborted' | 'network' | 'protocol' | 'timeout' | 'refused',
  started: boolean,
): ToolOutcome {
  return { kind: 'failed', failure: { class: kind, started, detail: kind } };
}
