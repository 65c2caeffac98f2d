import type { ToolFailure } from '../../ports/tools.ts';

/** Why a call outside did not end with an answer; a {@link ToolFailure} as it stands. */
export class FetchFailure extends Error implements ToolFailure {
  readonly class: ToolFailure['class'];
  readonly detail: string;
  readonly started: boolean;

  constructor(failure: ToolFailure['class'], detail: string, started: boolean) {
    super(`${failure}: ${detail}`);
    this.name = 'FetchFailure';
    this.class = failure;
    this.detail = detail;
    this.started = started;
  }
}

/** As plain data; `started` is what is known when the error does not say. */
export function toolFailure(error: unknown, started: boolean): ToolFailure {
  if (error instanceof FetchFailure) return { class: error.class, started: error.started, detail: error.detail };
  return { class: 'protocol', started, detail: 'unreadable' };
}

/** HTTP statuses that say no: 401, 403 and 429 mean that nothing was done. */
export function statusFailure(status: number, started: boolean): ToolFailure {
  const detail = `http ${status}`;
  if (status === 401 || status === 403) return { class: 'unauthorized', started: false, detail };
  if (status === 429) return { class: 'refused', started: false, detail };
  return { class: status < 400 ? 'protocol' : 'refused', started, detail };
}
