import type { RegisteredTool } from '@parley/server/ports/registry';
import { FunctionTerms, type ToolFunction, type ToolName } from '@parley/shared/tools';
import { REF } from './room-ref.ts';

export function toolFunction(name: string, terms: Partial<FunctionTerms> = {}): ToolFunction {
  const parameters = { type: 'object', properties: { to: { type: 'string' }, q: { type: 'string' } } };
  return { ...FunctionTerms.parse(terms), name, description: `${name}s something`, parameters };
}

export function registered(name: ToolName, title: string, functions: readonly ToolFunction[]): RegisteredTool {
  const where = { tenant: REF.tenant, name, kind: 'http', url: `https://${name}.test` } as const;
  return { ...where, title, auth: { kind: 'parley', audience: name }, functions, revision: 1, by: 'root', at: 0 };
}
