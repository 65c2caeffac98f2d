import { guardedFetch } from '@parley/server/adapters/outbound/guarded-fetch';
import { anyTools } from '@parley/server/adapters/tools/tools';
import { mintTenant, type Tenant } from '@parley/server/core/tenant';
import type { Tools, ToolTarget } from '@parley/server/ports/tools';
import { must } from '@parley/shared/assert';
import type { ToolName } from '@parley/shared/tools';
import { TestClock } from './clock.ts';
import { RecordingLog } from './log.ts';
import { recordingFetch, type SentRequest } from './recording-fetch.ts';

/** The adapters of tools as they are built for development, with what they send and say kept. */
export interface ToolParts {
  readonly tools: Tools;
  readonly sent: readonly SentRequest[];
  readonly log: RecordingLog;
  readonly clock: TestClock;
}

export function toolParts(): ToolParts {
  const clock = new TestClock();
  const log = new RecordingLog();
  const { fetch, sent } = recordingFetch(guardedFetch({ clock, internalHosts: [], loopback: true }));
  return { tools: anyTools({ fetch, clock, log }), sent, log, clock };
}

export function tenantOf(id: string): Tenant {
  return must(mintTenant(id), 'a tenant');
}

export function targetAt(kind: 'mcp' | 'http', url: string): ToolTarget {
  return { tenant: tenantOf('acme'), name: 'docs' as ToolName, kind, url };
}
