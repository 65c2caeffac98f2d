import { must } from '@parley/shared/assert';
import type { LaneKey, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { readArguments } from '../../core/tools/call-arguments.ts';
import { toolInfluence, type Influence } from '../../core/labels/influence.ts';
import type { RunningTurn } from '../../core/arbiter/lane.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import type { CallOutcome, StartedCall } from '../../core/arbiter/turn-work.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { Registry } from '../../ports/registry.ts';
import type { CallTokens, ToolFailure, ToolInvocation, ToolOutcome, Tools } from '../../ports/tools.ts';
import type { Chronicle } from '../chronicle.ts';
import { audienceOf } from '../lane-access.ts';
import type { BuiltinTool } from './builtin-tools.ts';
import type { LateCalls, LateOutcome } from './late-calls.ts';
import type { Offers } from './offers.ts';
import type { Listeners, ResultReading } from './result-reading.ts';

export interface CallRunnerDeps {
  readonly ref: RoomRef;
  readonly chronicle: Chronicle;
  readonly offers: Offers;
  readonly registry: Registry;
  readonly tools: Tools;
  readonly callTokens: CallTokens;
  readonly reading: ResultReading;
  readonly late: LateCalls;
}

/** What a call came to. */
export interface CallResult {
  readonly outcome: CallOutcome;
  /** What the model is told. */
  readonly text: string;
  readonly withheld: number;
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
}

/** A started call with all that it needs. */
interface Running {
  readonly lane: LaneKey;
  readonly turn: RunningTurn;
  readonly call: StartedCall;
  readonly offered: OfferedFunction;
  readonly given: Readonly<Record<string, unknown>>;
  /** It was started before, by a node that died (D5). */
  readonly again: boolean;
}

/** Makes calls that were let go, each with a credential for just this call (R12, T37). */
export class CallRunner {
  readonly #deps: CallRunnerDeps;

  constructor(deps: CallRunnerDeps) {
    this.#deps = deps;
  }

  /** Never rejects; aborting gives a result at once. */
  async run(
    lane: LaneKey,
    turn: RunningTurn,
    { call, again }: { readonly call: StartedCall; readonly again: boolean },
    signal: AbortSignal,
  ): Promise<CallResult> {
    const { offers, chronicle } = this.#deps;
    const offered = offers.all(chronicle.room).find((each) => each.call === call.proposed.call);
    const read = readArguments(call.proposed.arguments);
    if (offered === undefined || read.kind === 'unreadable')
      return told('refused', 'This tool is not available here any more.');
    const running = { lane, turn, call, offered, given: read.value, again };
    const builtin = offers.builtin(offered);
    return builtin === null ? this.#callTool(running, signal) : this.#callBuiltin(builtin, running, signal);
  }

  async #callBuiltin(builtin: BuiltinTool, running: Running, signal: AbortSignal): Promise<CallResult> {
    const { lane, turn, given, call } = running;
    const { speaker, audience } = this.#listeners(lane, turn);
    const aborted = Promise.withResolvers<null>();
    const abort = () => aborted.resolve(null);
    signal.addEventListener('abort', abort, { once: true });
    const work = builtin.run({ turn: turn.turn, lane, speaker, audience }, given, signal);
    const done = await Promise.race([work, aborted.promise]);
    signal.removeEventListener('abort', abort);
    if (done === null) {
      if (call.proposed.effect === 'read') return told('failed', 'It was interrupted.');
      this.#deps.late.watch(
        running,
        work.then(({ kind }) => (kind === 'done' ? 'done' : 'failed')),
      );
      return told('unknown', 'It was interrupted.');
    }
    if (done.kind !== 'done') return told(done.kind, done.reason);
    const { text, resources, influence, withheld } = done;
    return { outcome: 'done', text, resources, influence, withheld };
  }

  async #callTool(running: Running, signal: AbortSignal): Promise<CallResult> {
    const { offered, turn, call } = running;
    const token = await this.#deps.callTokens.forCall(offered.tool, this.#identity(running), signal);
    if (token.kind === 'not-linked')
      return told('refused', `The asking person has not linked their account for this tool.`);
    if (token.kind === 'failed') return told('failed', 'No credential could be had for this call.');
    const invocation = this.#invocation(running, token.bearer);
    if (invocation === null) return told('refused', 'This tool is not available here any more.');
    const outcome = await this.#outcome(running, invocation, signal);
    if (outcome.kind === 'failed') {
      if (signal.aborted && outcome.failure.started) this.#askLater(running, invocation);
      return { ...this.#failed(running, outcome.failure), influence: [] };
    }
    const listeners = this.#listeners(running.lane, turn);
    const { texts, resources, withheld } = await this.#deps.reading.read(outcome.items, offered, listeners);
    const text = texts.length === 0 ? nothing(call) : texts.join('\n\n');
    const influence = [toolInfluence(offered.tool)];
    if (outcome.isError)
      return { outcome: 'failed', text: `The tool reported an error:\n${text}`, resources, influence, withheld };
    return { outcome: 'done', text, resources, influence, withheld };
  }

  /** R12: of the speaker, or of the room itself for a connector; nobody else's rights stand in (T37). */
  #identity({ turn, offered, call }: Running) {
    const { ref } = this.#deps;
    const speaker = offered.as === 'connector' ? null : personOf(turn);
    const { operation } = call;
    return { tenant: ref.tenant, room: ref.room, turn: turn.turn, speaker, binding: offered.as, operation };
  }

  #invocation({ offered, given, call }: Running, bearer: string | null): ToolInvocation | null {
    const { registry, ref } = this.#deps;
    const tool = registry.tool(ref.tenant, offered.tool);
    if (tool === null) return null;
    const { tenant, name, kind, url } = tool;
    const target = { tenant, name, kind, url };
    return { target, function: offered.function, arguments: given, operation: call.operation, bearer };
  }

  /** D5: what may be repeated is, once; what can be asked about is asked about. */
  async #outcome({ call, again }: Running, invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    const { tools } = this.#deps;
    const { effect } = call.proposed;
    const first =
      again && effect === 'reconcilable'
        ? await this.#reconciled(invocation, signal)
        : await tools.call(invocation, signal);
    if (first.kind === 'result' || !first.failure.started || signal.aborted) return first;
    if (effect === 'idempotent') return tools.call(invocation, signal);
    return effect === 'reconcilable' && !again ? this.#reconciled(invocation, signal) : first;
  }

  async #reconciled(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    const { tools } = this.#deps;
    const known = await tools.status(invocation, signal);
    return known.kind === 'never-happened' ? tools.call(invocation, signal) : known;
  }

  /** T33: a stop came in the middle; a tool that can say what became of it is asked, as long as its speaker may ask. */
  #askLater(running: Running, invocation: ToolInvocation): void {
    const { tools, late } = this.#deps;
    const isStopped = this.#deps.chronicle.isStopped(running.lane, running.turn.turn);
    if (running.call.proposed.effect !== 'reconcilable' || !isStopped) return;
    late.watch(running, tools.status(invocation, new AbortController().signal).then(lateOutcome));
  }

  #failed({ call }: Running, { started, class: failure }: ToolFailure): CallResult {
    if (!started || call.proposed.effect === 'read') return told('failed', FAILURES[failure]);
    return told('unknown', `${FAILURES[failure]} Whether it happened is not known.`);
  }

  #listeners(lane: LaneKey, turn: RunningTurn): Listeners {
    return { lane, speaker: personOf(turn), audience: audienceOf(this.#deps.chronicle.room, lane) };
  }
}

/** Prompts are by people. */
function personOf({ author }: RunningTurn): UserId {
  return must(author.kind === 'user' ? (author.id as UserId) : null, 'a turn has a person for its speaker');
}

/** What a tool says of an operation; null when it cannot tell. */
function lateOutcome(said: Awaited<ReturnType<Tools['status']>>): LateOutcome | null {
  if (said.kind === 'failed') return null;
  return said.kind === 'result' && !said.isError ? 'done' : 'failed';
}

/** What was done is done, whoever may read what the tool said of it. */
function nothing({ proposed }: StartedCall): string {
  return proposed.effect === 'read' ? 'No results.' : 'It was done.';
}

function told(outcome: CallOutcome, text: string): CallResult {
  return { outcome, text, withheld: 0, resources: [], influence: [] };
}

/** What the model is told; never the tool's own words. */
const FAILURES: Record<ToolFailure['class'], string> = {
  refused: 'The tool refused the call.',
  unauthorized: 'The tool does not let the asking person do this.',
  network: 'The tool could not be reached.',
  timeout: 'The tool took too long.',
  aborted: 'The call was interrupted.',
  protocol: 'The tool answered something that could not be read.',
  'too-large': 'The tool answered too much.',
  address: 'The tool has an address that may not be called.',
};
