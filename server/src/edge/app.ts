import { OpenAPIHono } from '@hono/zod-openapi';
import { fault, FaultError, type Fault } from '@parley/shared/fault';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { bearerToken, carriesToken, checkToken } from './credentials.ts';
import { docsRoutes } from './docs-page.ts';
import type { Edge, EdgeApp, EdgeEnv } from './edge.ts';
import { MAX_BODY, REQUEST_WINDOW_SECONDS, REQUESTS_PER_WINDOW } from './limits.ts';
import { hostAllowed, originAllowed } from './origins.ts';
import { problemResponse } from './problems.ts';
import { RoomRefusal } from './requests.ts';
import { adminRoutes } from './routes/admin.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { auditRoutes } from './routes/audit.ts';
import { budgetRoutes } from './routes/budgets.ts';
import { devRoutes } from './routes/dev.ts';
import { callbackRoutes } from './routes/callback.ts';
import { entryRoutes } from './routes/entries.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { inviteRoutes } from './routes/invites.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keyRoutes } from './routes/keys.ts';
import { linkRoutes } from './routes/links.ts';
import { memberRoutes } from './routes/members.ts';
import { peopleRoutes } from './routes/people.ts';
import { promptRoutes } from './routes/prompts.ts';
import { resourceRoutes } from './routes/resources.ts';
import { roomToolRoutes } from './routes/room-tools.ts';
import { roomRoutes } from './routes/rooms.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { toolRoutes } from './routes/tools.ts';
import { transcriptRoutes } from './routes/transcript.ts';
import { trustRoutes } from './routes/trust.ts';
import { turnRoutes } from './routes/turns.ts';
import { usageRoutes } from './routes/usage.ts';
import { staticRoutes } from './static.ts';
import { TenantAudit } from './tenant-audit.ts';
import { Throttle } from './throttle.ts';

/** Everything this server answers over HTTP. */
export function createApp(edge: Edge): EdgeApp {
  const app: EdgeApp = new OpenAPIHono<EdgeEnv>({ defaultHook: refuseMisfits });
  app.onError((error, c) => tellProblem(edge, error, c.req.raw));
  app.notFound(() => problemResponse(fault('not_found')));
  app.use(safeHeaders, knownNames(edge));
  app.use('/v1/*', crossOrigin(edge), authenticate(edge), fairShare(edge), limitBody);
  app.use('/oauth/*', limitBody);
  if (edge.sign !== null) app.use('/dev/*', crossOrigin(edge), limitBody);
  healthRoutes(app, edge);
  if (edge.sign !== null) devRoutes(app, edge.sign);
  roomRoutes(app, edge);
  memberRoutes(app, edge);
  inviteRoutes(app, edge);
  ticketRoutes(app, edge);
  promptRoutes(app, edge);
  turnRoutes(app, edge);
  transcriptRoutes(app, edge);
  exportRoutes(app, edge);
  entryRoutes(app, edge);
  approvalRoutes(app, edge);
  roomToolRoutes(app, edge);
  trustRoutes(app, edge);
  linkRoutes(app, edge);
  callbackRoutes(app, edge);
  const trail = new TenantAudit(edge);
  resourceRoutes(app, edge, trail);
  toolRoutes(app, edge, trail);
  jobRoutes(app, edge, trail);
  adminRoutes(app, edge, trail);
  peopleRoutes(app, edge, trail);
  auditRoutes(app, edge);
  usageRoutes(app, edge);
  budgetRoutes(app, edge, trail);
  keyRoutes(app, edge, trail);
  docsRoutes(app);
  staticRoutes(app, edge);
  return app;
}

/** A name that cannot exist is like one that does not; anything else that does not fit is the caller's to mend. */
function refuseMisfits(result: { success: boolean; target: string; error?: z.core.$ZodError }): void {
  if (result.success) return;
  if (result.target === 'param') throw new FaultError(fault('not_found'));
  throw new FaultError(fault('bad_request', describeIssues(result.error?.issues ?? [])));
}

/** Says which fields are wrong and how, without repeating what was in them. */
function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  const told = issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
  );
  return told.join('; ') || 'The request does not fit its schema.';
}

function tellProblem(edge: Edge, error: Error, { method, signal }: Request): Response {
  // Whoever hangs up in the middle of a body is told nothing, and it is no mistake of ours.
  const told = signal.aborted && !(error instanceof FaultError) ? fault('bad_request') : faultOf(error);
  if (!(error instanceof RoomRefusal)) edge.metrics.count('parley_faults_total', 1, { code: told.code });
  if (told.code === 'internal') edge.log.error('http.failed', { method, error: error.name, at: firstFrame(error) });
  else edge.log.info('http.refused', { method, code: told.code });
  return problemResponse(told);
}

function faultOf(error: Error): Fault {
  if (error instanceof FaultError) return error.fault;
  if (!(error instanceof HTTPException)) return fault('internal');
  // The framework's own refusals: a body that is not JSON, or is of another media type.
  return error.status === 413 ? fault('too_large') : fault('bad_request', 'The body must be JSON.');
}

/** Where it went wrong; the message may quote a person's words, so it stays out of the log. */
function firstFrame(error: Error): string | undefined {
  return error.stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim();
}

const safeHeaders: MiddlewareHandler<EdgeEnv> = async (c, next) => {
  await next();
  c.header('x-content-type-options', 'nosniff');
  c.header('referrer-policy', 'no-referrer');
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
};

function knownNames(edge: Edge): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const host = c.req.header('host');
    if (!hostAllowed(edge.origins, host))
      throw new FaultError(fault('forbidden', 'This server does not answer under that name.'));
    await next();
  };
}

/** Pages of other sites may call only if an operator said so. */
function crossOrigin(edge: Edge): MiddlewareHandler<EdgeEnv> {
  const allow = cors({
    origin: (origin) => origin,
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
    exposeHeaders: ['retry-after'],
    maxAge: 600,
  });
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (!originAllowed(edge.origins, origin, c.req.header('host'))) {
      throw new FaultError(fault('forbidden', 'Pages of this origin may not call.'));
    }
    return allow(c, next);
  };
}

function authenticate(edge: Edge): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    if (carriesToken(new URL(c.req.url).searchParams)) {
      throw new FaultError(fault('unauthenticated', 'A token does not belong in an address.'));
    }
    const checked = await checkToken(edge.verify, bearerToken(c.req.header('authorization')));
    if (!checked.ok) throw new FaultError(checked.fault);
    c.set('caller', checked.value);
    await next();
  };
}

function fairShare(edge: Edge): MiddlewareHandler<EdgeEnv> {
  const throttle = new Throttle(edge.clock, REQUESTS_PER_WINDOW, REQUEST_WINDOW_SECONDS * 1000);
  return async (c, next) => {
    const { tenant, user } = c.get('caller').principal;
    const wait = throttle.count(`${tenant.id}/${user}`);
    if (wait !== null) throw new FaultError(fault('rate_limited', undefined, { retryAfter: wait }));
    await next();
  };
}

/**
 * A body that says its length is judged without being opened: one that was opened and left unread cannot
 * be drained, and its connection would be cut under whatever request comes over it next.
 */
const limitBody: MiddlewareHandler<EdgeEnv> = async (c, next) => {
  const length = c.req.header('content-length');
  if (length === undefined) return limitStream(c, next);
  if (Number(length) > MAX_BODY) refuseBody();
  await next();
};

const limitStream = bodyLimit({ maxSize: MAX_BODY, onError: refuseBody });

function refuseBody(): never {
  throw new FaultError(fault('too_large', `At most ${MAX_BODY} bytes.`));
}
