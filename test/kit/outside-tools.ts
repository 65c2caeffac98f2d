import type { Tenant } from '@parley/server/core/tenant';
import type { RegisteredTool } from '@parley/server/ports/registry';
import type { Clock } from '@parley/server/ports/system';
import type { ToolInvocation, ToolOutcome, Tools } from '@parley/server/ports/tools';
import type { EffectClass, ToolClass, ToolName } from '@parley/shared/tools';
import { failed, result } from './scripted-tools.ts';
import { toolFunction, toolOf } from './tool-samples.ts';

/** Functions of each kind, by the name of what a crash means to them. */
const KINDS: readonly (readonly [string, ToolClass, EffectClass])[] = [
  ['look', 'read', 'read'],
  ['put', 'act', 'idempotent'],
  ['pay', 'act', 'reconcilable'],
  ['send', 'act', 'irreversible'],
];

export function outsideTool(tenant: Tenant): RegisteredTool {
  const functions = KINDS.map(([name, kind, effect]) => toolFunction(name, { class: kind, effect, results: 'public' }));
  return toolOf(tenant, { name: 'world' as ToolName, title: 'World' }, functions);
}

/**
 * The world outside, which lives through every crash: what was done there is done, whoever still waits for the
 * answer. It counts what happened under each operation id (D5).
 */
export class OutsideWorld {
  /** How often something happened under an operation. */
  readonly effects = new Map<string, number>();
  readonly calls: ToolInvocation[] = [];
  /** Asked at the moment of a call: what is wrong with it, or null. */
  judge: (invocation: ToolInvocation) => void = () => {};

  happen(invocation: ToolInvocation): void {
    const { operation, function: called } = invocation;
    this.calls.push(invocation);
    this.judge(invocation);
    const before = this.effects.get(operation) ?? 0;
    // A tool that is declared idempotent knows the operation again.
    this.effects.set(operation, called.effect === 'idempotent' ? 1 : before + 1);
  }
}

/** One node's way to the world: a call takes a while to arrive, and its answer to come back, if the node lives. */
export class OutsideTools implements Tools {
  readonly #world: OutsideWorld;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(world: OutsideWorld, clock: Clock, random: () => number) {
    this.#world = world;
    this.#clock = clock;
    this.#random = random;
  }

  async call(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    if (!(await this.#pause(signal))) return failed('aborted', false);
    this.#world.happen(invocation);
    if (!(await this.#pause(signal))) return failed('aborted', true);
    return this.#random() < 0.1 ? failed('network', true) : result('done there');
  }

  async status(
    { operation }: ToolInvocation,
    signal: AbortSignal,
  ): Promise<ToolOutcome | { readonly kind: 'never-happened' }> {
    if (!(await this.#pause(signal))) return failed('aborted', true);
    return this.#world.effects.has(operation) ? result('it was done') : { kind: 'never-happened' };
  }

  discover(): Promise<never> {
    return Promise.reject(new Error('a room never asks what a tool server can do'));
  }

  /** False when it was interrupted. A dead node's clock never comes back to it. */
  #pause(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const aborted = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = this.#clock.after(Math.floor(this.#random() * 150), () => {
        signal.removeEventListener('abort', aborted);
        resolve(true);
      });
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
