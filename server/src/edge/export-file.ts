import type { JobId, RoomId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { Edge } from './edge.ts';

export interface OpenedExport {
  readonly principal: Principal;
  readonly room: RoomId;
  readonly id: JobId;
  readonly parts: number;
}

/**
 * An export part by part, as fast as it is read. Before each part its reader's right is looked at again (G9); whoever
 * lost it, or whose export was taken away meanwhile, is cut off.
 */
export function exportFile(
  { jobs, requests }: Pick<Edge, 'jobs' | 'requests'>,
  { principal, room, id, parts }: OpenedExport,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      if (next > 0) await requests.ask(principal, room, { type: 'export.list' });
      const part = await jobs.part({ id, ref: { tenant: principal.tenant, room } }, next);
      if (part === null) throw new Error('the export was taken away');
      controller.enqueue(encoder.encode(part));
      next += 1;
      if (next >= parts) controller.close();
    },
  });
}
