import type { LaneKey, UserId } from '@parley/shared/ids';
import { laneOwner } from '@parley/shared/ids';
import type { ApprovalId } from '@parley/shared/tools';
import { approvalText, operationText, readArguments, recipientsOf } from '../../core/tools/call-arguments.ts';
import { judgeCall } from '../../core/tools/call-gate.ts';
import { canonicalJson } from '../../core/tools/canonical-json.ts';
import type { Influence } from '../../core/labels/influence.ts';
import type { RunningTurn } from '../../core/arbiter/lane.ts';
import type { ProposedCall } from '../../core/records.ts';
import type { OfferedFunction } from '../../core/tools/tool-offer.ts';
import {
  afterCrash,
  callsOf,
  repeatsUnknown,
  type Approval,
  type CallOutcome,
  type OpenCall,
} from '../../core/arbiter/turn-work.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { Clock, Digest, Ids } from '../../ports/system.ts';
import type { Access } from '../access.ts';
import type { Chronicle } from '../chronicle.ts';
import { audienceOf } from '../lane-access.ts';
import { mayUse, type Offers } from './offers.ts';

export interface CallJudgeDeps {
  readonly ref: RoomRef;
  readonly chronicle: Chronicle;
  readonly access: Access;
  readonly offers: Offers;
  readonly digest: Digest;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** What becomes of the call whose turn it is. */
export type Judgement =
  | { readonly kind: 'start'; readonly operation: string }
  | { readonly kind: 'ask'; readonly approval: Omit<Approval, 'user' | 'askedAt'> }
  /** `reason` is a sentence for the model. */
  | { readonly kind: 'end'; readonly outcome: CallOutcome; readonly reason: string };

/** A call that may be made, as far as rights go. */
interface Admissible {
  readonly offered: OfferedFunction;
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * Judges each call right before it is made, by what holds then (R2, T35): the room's tools, the tenant's
 * registry, the speaker's grants, and the gate (R6). Nothing that was judged before is believed.
 */
export class CallJudge {
  readonly #deps: CallJudgeDeps;

  constructor(deps: CallJudgeDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async judge(lane: LaneKey, turn: RunningTurn, call: OpenCall): Promise<Judgement> {
    if (call.state === 'started') return resumed(call.proposed, call.operation);
    if (call.state === 'decided' && call.consent.decision !== 'approved')
      return { kind: 'end', outcome: 'declined', reason: DECLINED[call.consent.decision] };
    await this.#deps.access.confirm(turn.resources);
    const admissible = this.#admissible(turn, call.proposed);
    if (typeof admissible === 'string') return { kind: 'end', outcome: 'refused', reason: admissible };
    if (call.state === 'proposed') return this.#gate({ lane, turn, proposed: call.proposed, ...admissible });
    if (
      call.state === 'asked' ||
      this.#digestOf(turn, call.proposed, call.consent.approval) !== call.consent.approval.digest
    )
      return { kind: 'end', outcome: 'refused', reason: 'It is not what was approved.' };
    return { kind: 'start', operation: this.#operation(turn, call.proposed) };
  }

  /** Why a call may not be made by this speaker here and now, or what it is. */
  #admissible(turn: RunningTurn, proposed: ProposedCall): Admissible | string {
    const { chronicle, offers } = this.#deps;
    const read = readArguments(proposed.arguments);
    if (read.kind === 'unreadable') return 'Its arguments are not a JSON object.';
    const offered = offers.all(chronicle.room).find(({ call }) => call === proposed.call);
    if (offered === undefined || !isSame(offered, proposed)) return 'This tool is not available here any more.';
    // An author of a prompt is a person.
    if (!mayUse(chronicle.room, turn.author.id as UserId, offered))
      return 'The asking person may not use this tool here.';
    if (repeatsUnknown(turn, proposed))
      return 'The same call was made before in this turn, and whether it happened is not known. A person has to look.';
    return { offered, given: read.value };
  }

  #gate(call: GatedCall): Judgement {
    const { room } = this.#deps.chronicle;
    const { turn, offered, given } = call;
    if (this.#liftsResources(call))
      return {
        kind: 'end',
        outcome: 'refused',
        reason: 'What not everybody may read would stand before the whole room.',
      };
    const recipients = this.#recipients(call);
    const verdict = judgeCall({
      call: offered.call,
      class: offered.function.class,
      arguments: given,
      speaker: turn.author.id,
      influence: turn.influence,
      recipientsMayRead: this.#mayAllRead(call, recipients),
      trust: room.trust.get(turn.author.id as UserId) ?? [],
    });
    switch (verdict.kind) {
      case 'refuse':
        return { kind: 'end', outcome: 'refused', reason: verdict.reason };
      case 'run':
        return { kind: 'start', operation: this.#operation(turn, call.proposed) };
      case 'ask':
        if (isTired(turn)) return { kind: 'end', outcome: 'refused', reason: TIRED };
        return { kind: 'ask', approval: this.#approval(call, recipients, verdict.influencedBy) };
    }
  }

  #approval(
    { turn, proposed }: GatedCall,
    recipients: readonly string[],
    influencedBy: Influence,
  ): Omit<Approval, 'user' | 'askedAt'> {
    const { chronicle, clock, ids } = this.#deps;
    const { approvalSeconds, floorSeconds } = chronicle.room.policy.limits;
    const now = clock.now();
    const expiresAt = now + approvalSeconds * 1000;
    return {
      id: ids.next('a') as ApprovalId,
      digest: this.#digestOf(turn, proposed, { expiresAt }),
      recipients,
      influencedBy,
      builtOn: turn.resources,
      parksAt: now + floorSeconds * 1000,
      expiresAt,
    };
  }

  /** Who would receive what is sent: people of the room where it is shown to all of them, else whom the arguments name. */
  #recipients({ offered, given }: GatedCall): readonly string[] {
    const { chronicle, offers } = this.#deps;
    if (offers.builtin(offered)?.shows === 'room') return audienceOf(chronicle.room, 'room').toSorted();
    return recipientsOf(given, offered.function.recipients);
  }

  /** R5: what is shown to the room stands there for whoever comes later too; only the policy lets resources be lifted off. */
  #liftsResources({ turn, offered }: GatedCall): boolean {
    const { chronicle, offers } = this.#deps;
    if (offers.builtin(offered)?.shows !== 'room' || turn.resources.length === 0) return false;
    return chronicle.room.policy.release === 'strict';
  }

  /** R6: whoever is not known here, or may not read the lane and what the turn was built on, makes it a release. */
  #mayAllRead({ lane, turn, offered }: GatedCall, recipients: readonly string[]): boolean {
    const { chronicle, access, offers } = this.#deps;
    // Whoever joins later reads it too, and nobody knows now what they may read.
    if (offers.builtin(offered)?.shows === 'room') return lane === 'room' && turn.resources.length === 0;
    // Words that go out go to somebody, whether the arguments say so or not.
    if (recipients.length === 0) return offered.function.class !== 'egress';
    const owner = laneOwner(lane);
    const people = new Set<string>(audienceOf(chronicle.room, 'room'));
    return recipients.every(
      (one) => people.has(one) && (owner === null || owner === one) && access.mayRead(one as UserId, turn.resources),
    );
  }

  #operation(turn: RunningTurn, proposed: ProposedCall): string {
    const { digest, ref } = this.#deps;
    const { call, arguments: given } = proposed;
    const equals = callsOf(turn).filter(({ proposed: other }) => other.call === call && other.arguments === given);
    const index = equals.findIndex(({ proposed: other }) => other.id === proposed.id);
    return digest(operationText({ room: ref.room, turn: turn.turn, step: turn.step, call, arguments: given, index }));
  }

  #digestOf(turn: RunningTurn, proposed: ProposedCall, { expiresAt }: Pick<Approval, 'expiresAt'>): string {
    const { id, call, arguments: given } = proposed;
    const speaker = turn.author.id;
    return this.#deps.digest(approvalText({ turn: turn.turn, id, call, arguments: given, speaker, expiresAt }));
  }
}

interface GatedCall extends Admissible {
  readonly lane: LaneKey;
  readonly turn: RunningTurn;
  readonly proposed: ProposedCall;
}

/** R6: whoever said no so often in one turn is asked nothing more in it: asking until somebody gives in is no consent. */
const MOST_DECLINED = 3;
const TIRED = `The asking person declined ${MOST_DECLINED} calls of this turn, so they are not asked again.`;

function isTired(turn: RunningTurn): boolean {
  const declined = callsOf(turn).filter((call) => call.state === 'done' && call.outcome === 'declined');
  return declined.length >= MOST_DECLINED;
}

/** D5: the node that made the call died in the middle of it. */
function resumed(proposed: ProposedCall, operation: string): Judgement {
  if (afterCrash(proposed.effect) !== 'unknown') return { kind: 'start', operation };
  return {
    kind: 'end',
    outcome: 'unknown',
    reason: 'The server restarted in the middle: whether it happened is not known.',
  };
}

const DECLINED = {
  declined: 'The asking person declined this call.',
  expired: 'Nobody approved this call in time.',
  revoked: 'This call may not be approved any more.',
} as const;

/** What was proposed is judged by the terms under which it was proposed; a tool that changed since is another one. */
function isSame({ as, function: { class: kind, effect } }: OfferedFunction, proposed: ProposedCall): boolean {
  const now = canonicalJson([as, kind, effectOf({ class: kind, effect })]);
  return now === canonicalJson([proposed.as, proposed.class, proposed.effect]);
}

/** Whatever an admin forgot to say: what changes nothing can be done again. */
export function effectOf(terms: Pick<OfferedFunction['function'], 'class' | 'effect'>): ProposedCall['effect'] {
  return terms.class === 'pure' || terms.class === 'read' ? 'read' : terms.effect;
}
