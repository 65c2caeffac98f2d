import { postponed, type JobIn, type JobState } from '../../core/background/job.ts';
import type { Reservation } from '../budgets.ts';
import { modelOfRoom } from '../turns/model-for.ts';
import { reserveFor } from './background-account.ts';
import type { BackgroundDeps } from './background-deps.ts';
import type { AskingKind, Question } from './job-kinds.ts';

/** Where a budget is used up, it is looked at again so much later. */
const NO_BUDGET_MS = 3_600_000;

/** A question that may be asked now, with what it may use held; whoever has it gives that back. */
export interface Prepared {
  readonly job: JobIn<'waiting'>;
  readonly kind: AskingKind;
  readonly question: Question;
  /** The first of those that the room lets answer (G5). */
  readonly model: string;
  readonly reservation: Reservation;
}

/** What a job asks now; null when it does not, and it has moved on. */
export async function prepare(deps: BackgroundDeps, job: JobIn<'waiting'>, kind: AskingKind): Promise<Prepared | null> {
  const { rooms, jobs, clock } = deps;
  const move = async (to: JobState | null): Promise<null> => {
    await jobs.move(job, to);
    return null;
  };
  const inside = await rooms.within(job.ref, async (desk) => ({
    asks: await kind.ask(desk),
    model: modelOfRoom(desk.chronicle.room, deps.model),
  }));
  if (inside.kind === 'unavailable') return move(postponed(job.state, clock.now()));
  if (inside.kind === 'absent' || inside.value.asks === null || inside.value.model === null) return move(null);
  const { asks: question, model } = inside.value;
  if (question.kind === 'not-yet') return move(postponed(job.state, clock.now(), question.ms));
  const reservation = reserveFor(deps, job.ref, question);
  return reservation === null
    ? move(postponed(job.state, clock.now(), NO_BUDGET_MS))
    : { job, kind, question, model, reservation };
}

/** Writes down what will be asked before it is (D5); null when the job moved meanwhile. */
export async function intend(
  { jobs, digest }: BackgroundDeps,
  { job, question: { sources, basis }, reservation: { claim, outputTokens } }: Prepared,
  batch: JobIn<'asked'>['state']['batch'],
): Promise<JobIn<'asked'> | null> {
  const { attempts, notBefore } = job.state;
  // Asked again later it is another question.
  const operation = digest(JSON.stringify(['background', job.ref.room, job.id, attempts, notBefore]));
  const reserved = claim.inputTokens + outputTokens;
  const about = { sources, ...(basis === undefined ? {} : { basis }) };
  const state = { kind: 'asked', attempts, operation, ...about, batch, reserved } as const;
  return (await jobs.move(job, state)) ? { ...job, state } : null;
}
