import { ToolFunction, ToolName } from '@parley/shared/tools';
import { z } from 'zod';
import type { Tenant } from '../../core/tenant.ts';
import type { RegisteredTool, ToolAuth } from '../../ports/registry.ts';

const Auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('parley'), audience: z.string() }),
  z.strictObject({
    kind: z.literal('exchange'),
    tokenUrl: z.string(),
    audience: z.string(),
    clientId: z.string(),
    clientSecret: z.string(),
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    authorizeUrl: z.string(),
    tokenUrl: z.string(),
    // Older ones were kept without.
    revokeUrl: z.string().nullable().default(null),
    clientId: z.string(),
    clientSecret: z.string().nullable(),
    scopes: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal('secret'), secret: z.string() }),
]) satisfies z.ZodType<ToolAuth>;

/** A registered tool as a store keeps it; whose it is says the place where it is kept. */
const StoredTool = z.strictObject({
  name: ToolName,
  kind: z.enum(['mcp', 'http']),
  url: z.string(),
  title: z.string(),
  auth: Auth,
  functions: z.array(ToolFunction),
  revision: z.int(),
  by: z.string(),
  at: z.number(),
});

/** Throws when it does not fit the schema: better one refused write than a registry that cannot be read again. */
export function encodeTool({ tenant: _tenant, ...tool }: RegisteredTool): string {
  return JSON.stringify(StoredTool.parse(tool));
}

/** Throws when the text does not fit the schema: the store was changed behind our back. */
export function decodeTool(tenant: Tenant, json: string): RegisteredTool {
  return { ...StoredTool.parse(JSON.parse(json)), tenant };
}
