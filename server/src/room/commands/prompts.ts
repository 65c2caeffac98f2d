import type { PromptForecast, Replies } from '@parley/shared/answers';
import type {
  MessagePost,
  PromptMeasure,
  PromptSubmit,
  TurnEdit,
  TurnHold,
  TurnStop,
  TurnUnhold,
  TurnWithdraw,
} from '@parley/shared/commands';
import type { Author, Entry, TurnView } from '@parley/shared/entry';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { privateLane, type EntryId, type LaneKey, type TurnId } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import { can, type Capability } from '@parley/shared/roles';
import type { z } from 'zod';
import type { LaneEvent } from '../../core/arbiter/lane.ts';
import type { Principal } from '../../core/people/principal.ts';
import { positions } from '../../core/arbiter/queue.ts';
import { standingOf } from '../../core/room-state.ts';
import type { Desk } from '../desk.ts';
import type { TicketFacts } from '../ticket-facts.ts';
import { mayReadLane } from '../lane-access.ts';
import { unquotable } from '../quoting.ts';
import { chosenModel } from '../../core/people/model-choice.ts';
import { modelsFor, NO_MODEL, NOT_THAT_MODEL } from '../turns/model-for.ts';
import { outcomeOnly, turnView, withoutAnswer } from '../views.ts';

type Accepted = Replies['prompt.submit'];

/** Words to people for each prompt that the room allows a minute: people talk faster than they ask. */
const MESSAGES_PER_PROMPT = 10;

/** T1, T2: on disk before it is answered; the same id with the same text is the same ticket. */
export async function submitPrompt(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof PromptSubmit>,
): Promise<Result<Accepted>> {
  const lane = laneFor(by, command.audience);
  const known = desk.chronicle.ledger.ticketOf(by.user, command.id);
  if (known) return resent(desk, known, lane, command);
  const refusal =
    withoutModel(desk, by, command) ??
    (await unquotable(desk, by, command)) ??
    tooLarge(desk, command.text) ??
    tooOften(desk, `prompt ${by.user}`, desk.chronicle.room.policy.limits.promptsPerMinute);
  if (refusal) return refusal;
  const runner = await desk.lane(lane);
  const turn = desk.ids.next('t') as TurnId;
  const decision = runner.apply({
    type: 'submit',
    turn,
    key: command.id,
    author: authorOf(by),
    text: command.text,
    tokens: desk.tokenizer.count(command.text),
    limits: desk.chronicle.room.policy.limits,
    quotes: command.quotes,
    model: command.model,
    onlyIf: command.onlyIf,
  });
  if (decision.kind === 'refused') return { ok: false, fault: decision.fault };
  desk.metrics.count('parley_prompts_accepted_total');
  return ok(acceptance(desk, must(desk.chronicle.ledger.ticket(turn), 'an accepted ticket is known')));
}

/** G7: as often as one may ask. */
export async function measurePrompt(
  desk: Desk,
  by: Principal,
  { text, audience }: z.infer<typeof PromptMeasure>,
): Promise<Result<PromptForecast>> {
  const { promptsPerMinute } = desk.chronicle.room.policy.limits;
  const refusal = tooLarge(desk, text) ?? tooOften(desk, `measure ${by.user}`, promptsPerMinute);
  return refusal ?? ok((await desk.lane(laneFor(by, audience))).forecast(authorOf(by), text));
}

/** T10: words to people are context, not a prompt, unless the room answers everything. */
export async function postMessage(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof MessagePost>,
): Promise<Result<Replies['message.post']>> {
  const { id, text, audience, offRecord } = command;
  // Words of somebody who may not ask stay words.
  if (
    desk.chronicle.room.policy.respond === 'all' &&
    audience === 'room' &&
    !offRecord &&
    holds(desk, by, 'prompt.room') &&
    modelsFor(desk.chronicle.room, desk.model, by.user).length > 0
  ) {
    return submitPrompt(desk, by, { type: 'prompt.submit', id, text, audience });
  }
  const lane = laneFor(by, audience);
  const known = desk.chronicle.ledger.messageOf(by.user, id);
  if (known) return isResent(known, text) ? ok({ entry: known }) : refuse('id_conflict');
  const refusal = tooLarge(desk, text) ?? tooOften(desk, `message ${by.user}`, messagesPerMinute(desk));
  if (refusal) return refusal;
  const runner = await desk.lane(lane);
  const now = desk.clock.now();
  const entry: Entry = {
    id: desk.ids.next('e') as EntryId,
    seq: runner.state.lastEntrySeq + 1,
    kind: 'message',
    author: authorOf(by),
    text,
    at: now,
    ...(offRecord ? { offRecord } : {}),
  };
  desk.chronicle.write([{ type: 'entry.added', lane, entry, tokens: desk.tokenizer.count(text), key: id, at: now }]);
  return ok({ entry });
}

/** T3: its author can always read what became of a ticket, a removed author the outcome alone. */
export async function getTurn(desk: Desk, by: Principal, turn: TurnId): Promise<Result<TurnView>> {
  const facts = desk.chronicle.ledger.ticket(turn);
  if (!facts) return refuse('not_found');
  if (mayReadLane(desk.chronicle.room, by, facts.lane)) return ok(await viewOf(desk, by, facts));
  return facts.author.id === by.user ? ok(outcomeOnly(facts)) : refuse('not_found');
}

export function holdTurn(desk: Desk, by: Principal, command: z.infer<typeof TurnHold>): Promise<Result<TurnView>> {
  return onTurn(desk, by, command.turn, () => ({ type: 'hold', turn: command.turn, by: by.user }));
}

export function unholdTurn(desk: Desk, by: Principal, command: z.infer<typeof TurnUnhold>): Promise<Result<TurnView>> {
  return onTurn(desk, by, command.turn, () => ({ type: 'unhold', turn: command.turn, by: by.user }));
}

export async function editTurn(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof TurnEdit>,
): Promise<Result<TurnView>> {
  const { id, turn, text, revision } = command;
  const facts = desk.chronicle.ledger.ticket(turn);
  const repeated =
    id !== undefined && facts?.author.id === by.user && facts.text === text && facts.revision === revision + 1;
  if (repeated) return getTurn(desk, by, turn);
  const refusal = tooLarge(desk, text);
  if (refusal) return refusal;
  const tokens = desk.tokenizer.count(text);
  return onTurn(desk, by, turn, () => ({ type: 'edit', turn, by: by.user, text, tokens, revision }));
}

export function withdrawTurn(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof TurnWithdraw>,
): Promise<Result<TurnView>> {
  return onTurn(desk, by, command.turn, () => ({ type: 'withdraw', turn: command.turn, by: by.user }));
}

/** T30, T32: a stop names a turn; its speaker may, moderators may, and a refused one is told. */
export function stopTurn(desk: Desk, by: Principal, command: z.infer<typeof TurnStop>): Promise<Result<TurnView>> {
  return onTurn(desk, by, command.turn, (facts) => {
    const own = facts.author.id === by.user;
    const capability: Capability = own ? 'turn.stop.own' : 'turn.stop.any';
    if (!holds(desk, by, capability)) return refuse('forbidden', undefined, { capability });
    return { type: 'stop', turn: command.turn, by: by.user, mayStopAny: !own };
  });
}

type Judged = LaneEvent | Result<never>;

async function onTurn(
  desk: Desk,
  by: Principal,
  turn: TurnId,
  event: (facts: TicketFacts) => Judged,
): Promise<Result<TurnView>> {
  const facts = desk.chronicle.ledger.ticket(turn);
  if (!facts || !mayReadLane(desk.chronicle.room, by, facts.lane)) return refuse('not_found');
  const judged = event(facts);
  if ('ok' in judged) return judged;
  if (facts.fate.kind === 'ended') return onEnded(await viewOf(desk, by, facts), judged);
  const runner = await desk.lane(facts.lane);
  const decision = runner.apply(judged);
  if (decision.kind === 'refused') return { ok: false, fault: decision.fault };
  return ok(await viewOf(desk, by, must(desk.chronicle.ledger.ticket(turn), 'a ticket stays known')));
}

/** T30: a late or repeated stop is harmless and says who ended the turn; so is a repeated withdrawal. */
function onEnded(view: TurnView, event: LaneEvent): Result<TurnView> {
  if (event.type === 'stop' || (event.type === 'withdraw' && view.promptEntry === undefined)) return ok(view);
  return refuse('already_ended', `The turn has already ended: ${view.outcome}.`);
}

function resent(
  desk: Desk,
  known: TicketFacts,
  lane: LaneKey,
  { text, quotes, model }: z.infer<typeof PromptSubmit>,
): Result<Accepted> {
  // Of a redacted prompt nothing is left to compare with (R14).
  const differs = known.submitted !== null && known.submitted !== text;
  const same =
    !differs && known.lane === lane && known.model === (model ?? null) && known.quotes?.join() === quotes?.join();
  if (!same) return refuse('id_conflict');
  return ok(acceptance(desk, known));
}

/** Of redacted words nothing is left to compare with (R14). */
function isResent(known: Entry, text: string): boolean {
  return known.redactedBy !== undefined || known.text === text;
}

function acceptance(desk: Desk, facts: TicketFacts): Accepted {
  const lane = desk.chronicle.room.lanes.get(facts.lane);
  const position = lane ? positions(lane.state).get(facts.turn) : undefined;
  return { turn: facts.turn, seq: facts.ticketSeq, position: position ?? 0 };
}

async function viewOf(desk: Desk, by: Principal, facts: TicketFacts): Promise<TurnView> {
  await desk.shelves.freshen();
  const view = turnView(facts, must(desk.chronicle.room.lanes.get(facts.lane), 'a ticket has a lane').state);
  return desk.shelves.mayReadAnswer(by.user, facts.turn) ? view : withoutAnswer(view);
}

function laneFor(by: Principal, audience: 'room' | 'me'): LaneKey {
  return audience === 'room' ? 'room' : privateLane(by.user);
}

/** R13: the author is set from the verified token, never from what was sent. */
function authorOf(by: Principal): Author {
  return { id: by.user, name: by.name, kind: 'user' };
}

function holds(desk: Desk, by: Principal, capability: Capability): boolean {
  const { room } = desk.chronicle;
  return can(standingOf(room, by), capability, room.policy.levels);
}

/** G5: what no model may answer is refused at once, not accepted to end unanswered. */
function withoutModel(
  desk: Desk,
  by: Principal,
  { audience, model }: z.infer<typeof PromptSubmit>,
): Result<never> | null {
  const open = modelsFor(desk.chronicle.room, desk.model, by.user);
  if (chosenModel(open, model ?? null) !== null) return null;
  return refuse('forbidden', open.length === 0 ? NO_MODEL : NOT_THAT_MODEL, {
    capability: audience === 'room' ? 'prompt.room' : 'prompt.private',
  });
}

function tooLarge(desk: Desk, text: string): Result<never> | null {
  const { messageBytes } = desk.chronicle.room.policy.limits;
  return Buffer.byteLength(text) > messageBytes ? refuse('too_large', `At most ${messageBytes} bytes.`) : null;
}

function messagesPerMinute({ chronicle }: Desk): number {
  return MESSAGES_PER_PROMPT * chronicle.room.policy.limits.promptsPerMinute;
}

export function tooOften(desk: Desk, what: string, perMinute: number): Result<never> | null {
  const retryAfter = desk.rates.take(what, perMinute, desk.clock.now());
  if (retryAfter === null) return null;
  return refuse('rate_limited', `At most ${perMinute} a minute for each person.`, { retryAfter });
}
