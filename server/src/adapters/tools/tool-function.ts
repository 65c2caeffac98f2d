import { FunctionName, ToolFunction } from '@parley/shared/tools';
import type { DiscoveredFunction } from '../../ports/tools.ts';
import { isShallow } from './bounded-json.ts';

const MOST_FUNCTIONS = 128;
const MOST_LEVELS = 16;
const MOST_PARAMETER_CHARS = 32_768;
const MOST_DESCRIPTION_CHARS = 4_096;

/** What a server says of one of its functions. */
export interface SaidOfFunction {
  readonly name: string;
  readonly description: string;
  readonly parameters: unknown;
  readonly http?: DiscoveredFunction['http'];
}

/** Those of a server's functions that can be offered to a model, at most 128, each name once. */
export function discoveredFunctions(said: Iterable<SaidOfFunction>): readonly DiscoveredFunction[] {
  const byName = new Map<string, DiscoveredFunction>();
  for (const one of said) {
    const found = discovered(one);
    if (found !== null && !byName.has(found.name)) byName.set(found.name, found);
    if (byName.size === MOST_FUNCTIONS) break;
  }
  return [...byName.values()];
}

/** Null when the name, or how it is called, does not fit a function of ours. */
function discovered({ name, description, parameters, http }: SaidOfFunction): DiscoveredFunction | null {
  const named = FunctionName.safeParse(name);
  if (!named.success || !isShallow(parameters, MOST_LEVELS)) return null;
  const schema = ToolFunction.shape.parameters.safeParse(parameters);
  if (!schema.success || JSON.stringify(schema.data).length > MOST_PARAMETER_CHARS) return null;
  const shared = {
    name: named.data,
    description: description.slice(0, MOST_DESCRIPTION_CHARS).toWellFormed(),
    parameters: schema.data,
  };
  return http === undefined ? shared : { ...shared, http };
}
