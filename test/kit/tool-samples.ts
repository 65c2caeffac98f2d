import type { Tenant } from '@parley/server/core/tenant';
import type { RegisteredTool } from '@parley/server/ports/registry';
import { FunctionTerms, type ToolFunction, type ToolName } from '@parley/shared/tools';

export function toolFunction(name: string, terms: Partial<FunctionTerms> = {}): ToolFunction {
  const parameters = { type: 'object', properties: { to: { type: 'string' }, q: { type: 'string' } } };
  return { ...FunctionTerms.parse(terms), name, description: `${name}s something`, parameters };
}

/** A tool of a tenant that takes tokens of this server. */
export function toolOf(
  tenant: Tenant,
  { name, title }: { readonly name: ToolName; readonly title: string },
  functions: readonly ToolFunction[],
): RegisteredTool {
  const where = { tenant, name, kind: 'http', url: `https://${name}.test` } as const;
  return { ...where, title, auth: { kind: 'parley', audience: name }, functions, revision: 1, by: 'root', at: 0 };
}
