import type { ToolFindings } from '@parley/shared/admin';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { FunctionTerms, isSayable, LONGEST_NAME, type ToolFunction, type ToolName } from '@parley/shared/tools';
import type { DiscoveredFunction } from '../ports/tools.ts';

type Terms = Readonly<Record<string, FunctionTerms>>;

const UNSAID: FunctionTerms = FunctionTerms.parse({});

/**
 * What a tool server offers under this name, on the admin's terms; the strictest where nothing was said. Terms must
 * fit what is there, and what is there must have names that can be told to a model: nothing is left out in silence.
 */
export function onTerms(tool: ToolName, found: readonly DiscoveredFunction[], terms: Terms): Result<ToolFunction[]> {
  const unsayable = found.filter(({ name }) => !isSayable(tool, name)).map(({ name }) => name);
  if (unsayable.length > 0)
    return refuse(
      'bad_request',
      `functions: ${unsayable.join(', ')}: with the tool's own name longer than ${LONGEST_NAME} characters; give the tool a shorter one`,
    );
  const unknown = Object.keys(terms).filter((name) => !found.some((offered) => offered.name === name));
  if (unknown.length > 0) return refuse('bad_request', `functions: the tool has no ${unknown.join(', ')}`);
  const functions = found.map((offered) => ({ ...offered, ...(terms[offered.name] ?? UNSAID) }));
  const misled = functions.filter((fn) => fn.recipients.some((pointer) => !isArgument(fn, pointer)));
  if (misled.length === 0) return ok(functions);
  return refuse(
    'bad_request',
    `functions: ${misled.map(({ name }) => name).join(', ')}: recipients are not arguments of it`,
  );
}

export function findingsOf(
  functions: readonly ToolFunction[],
  terms: Terms,
  before: readonly ToolFunction[],
): ToolFindings {
  const earlier = new Map(before.map((fn) => [fn.name, fn]));
  const found = functions.map(({ name }) => name);
  return {
    found,
    unclassified: found.filter((name) => !Object.hasOwn(terms, name)),
    changed: functions.filter((fn) => isChanged(fn, earlier.get(fn.name))).map(({ name }) => name),
    gone: [...earlier.keys()].filter((name) => !found.includes(name)),
  };
}

function isChanged(fn: ToolFunction, before: ToolFunction | undefined): boolean {
  const described = ({ description, parameters, http }: ToolFunction): string =>
    JSON.stringify([description, parameters, http]);
  return before !== undefined && described(fn) !== described(before);
}

/** A pointer that names no argument would find nobody, and nobody would be asked whether they may read. */
function isArgument({ parameters }: ToolFunction, pointer: string): boolean {
  const [, first = ''] = pointer.split('/');
  const { properties } = parameters;
  if (typeof properties !== 'object' || properties === null) return false;
  return Object.hasOwn(properties, first.replaceAll('~1', '/').replaceAll('~0', '~'));
}
