import type { Grants } from '@parley/shared/roles';
import {
  isSayable,
  modelName,
  type CallName,
  type ToolBinding,
  type ToolFunction,
  type ToolName,
} from '@parley/shared/tools';

/** A tool with its functions, as a tenant registered it or as a room has it by itself. */
export interface OfferedTool {
  readonly name: ToolName;
  readonly title: string;
  readonly functions: readonly ToolFunction[];
}

/** One function that the models of a room are told of. */
export interface OfferedFunction {
  /** `tool__function`. */
  readonly name: string;
  readonly call: CallName;
  readonly tool: ToolName;
  readonly title: string;
  readonly as: ToolBinding;
  readonly function: ToolFunction;
}

/**
 * C1: what a room declares to its models: every function of each tool in it, sorted by name, whoever asks, so that
 * the words before a conversation stay the same. What may never be called is not declared.
 */
export function offerOf(tools: readonly { readonly tool: OfferedTool; readonly as: ToolBinding }[]): OfferedFunction[] {
  return tools
    .flatMap(({ tool, as }) => tool.functions.map((each) => offered(tool, as, each)))
    .filter(({ tool, function: { class: kind, name } }) => kind !== 'admin' && isSayable(tool, name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function offered({ name: tool, title }: OfferedTool, as: ToolBinding, each: ToolFunction): OfferedFunction {
  const call = callName(tool, each.name);
  return { name: modelName(call), call, tool, title: `${title} · ${each.name}`, as, function: each };
}

export function callName(tool: ToolName, name: string): CallName {
  return `${tool}.${name}`;
}

/** R2: whether a person's grants let them use a tool; absent means that nothing limits them. */
export function isGranted(grants: Grants, tool: ToolName): boolean {
  return grants.tools === undefined || grants.tools.includes(tool);
}
