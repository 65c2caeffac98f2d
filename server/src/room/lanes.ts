import { privateLane, type LaneKey, type UserId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import { isAtWork, startedTurns, type LaneState } from '../core/arbiter/lane.ts';
import { standingOfAbsent } from '../core/room-state.ts';
import { callsOf } from '../core/arbiter/turn-work.ts';
import type { Tenant } from '../core/tenant.ts';
import type { People } from '../ports/people.ts';
import type { Access } from './access.ts';
import { revokedAuthors } from './revoked-work.ts';
import { LaneRunner, type LaneRunnerDeps } from './turns/lane-runner.ts';
import { UNREADABLE } from './turns/turn-worker.ts';
import { waitingTurns } from './waiting-turns.ts';

export interface LanesDeps extends Omit<LaneRunnerDeps, 'lane' | 'prepare'> {
  readonly tenant: Tenant;
  readonly people: Pick<People, 'revokedAt'>;
  readonly access: Access;
}

/** The lanes of a room that somebody used since it was opened here, each with its runner. */
export class Lanes {
  readonly #deps: LanesDeps;
  readonly #runners = new Map<LaneKey, LaneRunner>();

  constructor(deps: LanesDeps) {
    this.#deps = deps;
  }

  /** The runner of a lane, when it is known who may read what a turn of it could be sent (R3). */
  async open(lane: LaneKey): Promise<LaneRunner> {
    const runner = await this.load(lane);
    const ready = runner.ready();
    if (ready) await ready;
    return runner;
  }

  /** The runner of a lane, opened and loaded when it is new. */
  async load(lane: LaneKey): Promise<LaneRunner> {
    const known = this.#runners.get(lane);
    if (known) return known;
    const { chronicle, ids, clock } = this.#deps;
    await chronicle.load(lane);
    if (!chronicle.room.lanes.has(lane))
      chronicle.write([{ type: 'lane.opened', lane, salt: ids.secret(16), at: clock.now() }]);
    const runner = new LaneRunner({ ...this.#deps, lane, prepare: (state) => this.#loadOwn(state) });
    this.#runners.set(lane, runner);
    return runner;
  }

  /** The runner of a lane that is loaded, if it is. */
  at(lane: LaneKey): LaneRunner | undefined {
    return this.#runners.get(lane);
  }

  /** The lanes of people whose turns call tools: they alone are told some of what comes of it (R3, T22). */
  #loadOwn(state: LaneState): Promise<void> | null {
    const calling = startedTurns(state).filter((turn) => callsOf(turn).length > 0);
    const missing = calling
      .map(({ author }) => author.id as UserId)
      .filter((user) => this.#deps.chronicle.room.members.has(user) && !this.#runners.has(privateLane(user)));
    return missing.length === 0 ? null : this.#loadAll(missing.map(privateLane));
  }

  async #loadAll(lanes: readonly LaneKey[]): Promise<void> {
    for (const lane of lanes) await this.load(lane);
  }

  /** Takes up what a crash left (T44), without those whose rights are gone meanwhile (R17). */
  async recover(): Promise<void> {
    const { chronicle, people, tenant } = this.#deps;
    if (chronicle.state.kind !== 'present') return;
    for (const [lane, { state }] of chronicle.state.lanes) {
      if (!isAtWork(state)) continue;
      for (const user of revokedAuthors(state, people, tenant)) await this.endTickets(user, 'system', [lane]);
      (await this.open(lane)).recover();
    }
  }

  /** T36: what a person may no longer do stops; nobody else's work is touched. */
  async endWork(user: UserId, by: string): Promise<void> {
    const { room } = this.#deps.chronicle;
    const standing = standingOfAbsent(room, user);
    const lost: LaneKey[] = [];
    if (!can(standing, 'prompt.room', room.policy.levels)) lost.push('room');
    if (!can(standing, 'prompt.private', room.policy.levels)) lost.push(privateLane(user));
    await this.endTickets(user, by, lost);
  }

  /** Ends what a person has under way in these lanes. */
  async endTickets(user: UserId, by: string, lanes: readonly LaneKey[]): Promise<void> {
    for (const lane of lanes) {
      const { state } = this.#deps.chronicle;
      if (state.kind !== 'present' || !state.lanes.has(lane)) continue;
      const runner = await this.open(lane);
      runner.apply({ type: 'revoke', user, by, reason: 'The right to ask here was taken away.' });
    }
  }

  /** T35: what its speaker is asked about is made from what they may not read any more: they are not asked further. */
  async endUnreadable(): Promise<void> {
    const { chronicle, access } = this.#deps;
    for (const { lane, turn } of waitingTurns(chronicle)) {
      // An author of a prompt is a person.
      if (!access.denies(turn.author.id as UserId, turn.resources)) continue;
      const runner = await this.open(lane);
      runner.apply({ type: 'lapse', turn: turn.turn, reason: UNREADABLE });
    }
  }

  /** Nothing more is done here; the journal holds what runs. */
  abandon(): void {
    for (const runner of this.#runners.values()) runner.abandon();
    this.#runners.clear();
  }
}
