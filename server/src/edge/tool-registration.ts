import type { ToolFindings, ToolRegistration } from '@parley/shared/admin';
import { ok, refuse, type Result } from '@parley/shared/fault';
import type { ToolName } from '@parley/shared/tools';
import type { Principal } from '../core/people/principal.ts';
import type { RegisteredTool, Registry, ToolAuth } from '../ports/registry.ts';
import type { Clock } from '../ports/system.ts';
import type { Discovery, ToolFailure, Tools, ToolTarget } from '../ports/tools.ts';
import { DISCOVERY_MS } from './limits.ts';
import { authWithSecrets } from './tool-auth.ts';
import { findingsOf, onTerms } from './tool-functions.ts';

export interface RegistrationDeps {
  readonly registry: Registry;
  readonly tools: Tools;
  readonly clock: Clock;
}

/** Tools that every room has are called so. */
const OWN_TOOLS = 'room';

/**
 * Asks a tool server what it can do and keeps that, on the admin's terms, as the tool of this name. A refusal
 * changes nothing. `noted` puts it on the trail.
 */
export async function registerTool(
  deps: RegistrationDeps,
  by: Principal,
  wanted: ToolRegistration & { readonly name: ToolName },
  noted: () => Promise<void>,
): Promise<Result<{ tool: RegisteredTool; findings: ToolFindings }>> {
  if (wanted.name === OWN_TOOLS) return refuse('bad_request', `name: ${OWN_TOOLS} stands for what every room has`);
  const { name, title, kind, url, functions: terms } = wanted;
  const target: ToolTarget = { tenant: by.tenant, name, kind, url };
  const auth = authWithSecrets({ url, auth: wanted.auth, before: deps.registry.tool(by.tenant, name) });
  if (!auth.ok) return auth;
  const discovery = await discover(deps, target, wanted.discoverWith ?? bearerFor(auth.value));
  if (discovery.kind === 'failed') return refusalOf(discovery.failure);
  const functions = onTerms(name, discovery.functions, terms);
  if (!functions.ok) return functions;
  // Whoever registered it meanwhile came first.
  const before = deps.registry.tool(by.tenant, name);
  const details = { title, auth: auth.value, functions: functions.value, by: by.user, at: deps.clock.now() };
  const tool: RegisteredTool = { ...target, ...details, revision: (before?.revision ?? 0) + 1 };
  // In one moment, so that the store commits both or none.
  await Promise.all([deps.registry.put(tool), noted()]);
  return ok({ tool, findings: findingsOf(functions.value, terms, before?.functions ?? []) });
}

async function discover(
  { tools, clock }: RegistrationDeps,
  target: ToolTarget,
  bearer: string | null,
): Promise<Discovery> {
  const patience = new AbortController();
  const cancel = clock.after(DISCOVERY_MS, () => patience.abort());
  const discovery = await tools.discover(target, bearer, patience.signal);
  cancel();
  return discovery;
}

/** What everybody would use; credentials of single people and calls are not for asking around. */
function bearerFor(auth: ToolAuth): string | null {
  return auth.kind === 'secret' ? auth.secret : null;
}

/** Said by kind, never in the tool's own words. */
function refusalOf(failure: ToolFailure): Result<never> {
  switch (failure.class) {
    case 'address':
      return refuse('bad_request', 'url: this address may not be called');
    case 'unauthorized':
      return refuse('bad_request', 'auth: the tool refused it; discoverWith may carry a token for asking');
    case 'refused':
    case 'protocol':
    case 'too-large':
      return refuse('bad_request', `url: what answers there is no such tool (${failure.class})`);
    case 'network':
    case 'timeout':
    case 'aborted':
      return refuse('unavailable', 'The tool did not answer in time.');
  }
}
