import { unreachable } from '@parley/shared/assert';
import type { ExportOpen, ExportReplies, ExportView } from '@parley/shared/background';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { JobId } from '@parley/shared/ids';
import type { z } from 'zod';
import { isIn, type Job, type JobState } from '../../core/background/job.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';

/** G9: whoever may export asks for it once, however often; one that is ready or failed gives way to a new one. */
export async function prepareExport(desk: Desk, by: Principal): Promise<Result<ExportView>> {
  const { ref, ids, clock, jobs } = desk;
  const at = clock.now();
  const wanted = { id: JobId.parse(ids.next('j')), ref, kind: 'export', by: by.user, at, notBefore: at } as const;
  return ok(viewOf(await jobs.add({ ...wanted, anew: true })));
}

export async function listExports(desk: Desk): Promise<Result<ExportReplies['export.list']>> {
  const found = await exportOf(desk);
  return ok({ items: found === null ? [] : [viewOf(found)] });
}

export async function openExport(
  desk: Desk,
  _by: Principal,
  command: z.infer<typeof ExportOpen>,
): Promise<Result<ExportReplies['export.open']>> {
  const found = await exportOf(desk);
  if (found?.id !== command.export || !isIn(found, 'ready')) return refuse('not_found');
  return ok({ parts: found.state.parts });
}

/** One whose time is over is not there any more, whenever it is taken away. */
async function exportOf({ jobs, ref, clock }: Desk): Promise<Job | null> {
  const found = (await jobs.of(ref)).find(({ kind }) => kind === 'export');
  const over = found !== undefined && isIn(found, 'ready') && found.state.until <= clock.now();
  return found === undefined || over ? null : found;
}

function viewOf({ id, by, createdAt, state }: Job): ExportView {
  const until = state.kind === 'ready' ? { until: state.until } : {};
  return { export: id, state: shown(state.kind), by, requestedAt: createdAt, ...until };
}

function shown(kind: JobState['kind']): ExportView['state'] {
  switch (kind) {
    case 'waiting':
    case 'asked':
      return 'waiting';
    case 'writing':
    case 'ready':
      return kind;
    case 'dead':
      return 'failed';
    default:
      return unreachable(kind);
  }
}
