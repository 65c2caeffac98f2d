import type { Clock, Log } from '../../ports/system.ts';
import type { ToolInvocation, ToolOutcome, Tools } from '../../ports/tools.ts';
import type { GuardedFetch } from '../outbound/guarded-fetch.ts';
import { httpTools } from './tools-http.ts';
import { mcpTools } from './tools-mcp.ts';

export interface ToolsDeps {
  readonly fetch: GuardedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tool servers of every kind. What a server says belongs to another tenant goes no further than here (R12, A83). */
export function anyTools(deps: ToolsDeps): Tools {
  const kinds = { mcp: mcpTools(deps), http: httpTools(deps) };
  return {
    discover: (target, bearer, signal) => kinds[target.kind].discover(target, bearer, signal),
    call: async (invocation, signal) =>
      ownRows(await kinds[invocation.target.kind].call(invocation, signal), invocation, deps.log),
    status: async (invocation, signal) => {
      const answer = await kinds[invocation.target.kind].status(invocation, signal);
      return answer.kind === 'never-happened' ? answer : ownRows(answer, invocation, deps.log);
    },
  };
}

function ownRows(outcome: ToolOutcome, { target }: ToolInvocation, log: Log): ToolOutcome {
  if (outcome.kind === 'failed') return outcome;
  const items = outcome.items.filter(({ tenant }) => tenant === null || tenant === target.tenant.id);
  const foreign = outcome.items.length - items.length;
  if (foreign > 0) log.error('tool.foreign-tenant', { tenant: target.tenant.id, tool: target.name, items: foreign });
  return { ...outcome, items };
}
