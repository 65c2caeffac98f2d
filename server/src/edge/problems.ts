import { z } from '@hono/zod-openapi';
import { fault, FaultCode, FAULTS, type Fault } from '@parley/shared/fault';

/** An error as HTTP tells it (RFC 9457). `code` is stable; a program needs nothing else. */
export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: FaultCode,
    capability: z.string().optional(),
    retryAfter: z.number().optional(),
    current: z.unknown().optional(),
  })
  .openapi('Problem');

/** Every route's answer besides its own. */
export const PROBLEM = {
  description: 'What went wrong, and what to do about it.',
  content: { 'application/problem+json': { schema: Problem } },
} as const;

/** Absent and forbidden are one answer with the same bytes, whatever the reason and whoever found it. */
const NOT_FOUND = fault('not_found');
const DEFAULT_RETRY_SECONDS = 1;

export function problemResponse(given: Fault): Response {
  const { code, detail, capability, current, retryAfter } = given.code === 'not_found' ? NOT_FOUND : given;
  const kind = FAULTS[code];
  const body = {
    type: `urn:parley:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail,
    code,
    capability,
    retryAfter,
    current,
  };
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (kind.remedy === 'wait') headers.set('retry-after', String(Math.ceil(retryAfter ?? DEFAULT_RETRY_SECONDS)));
  if (kind.status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(body), { status: kind.status, headers });
}
