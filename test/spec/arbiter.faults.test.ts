import { parkedIn } from '@parley/server/core/arbiter/evolve-turn';
import { openLane, startedTurns, type LaneState } from '@parley/server/core/arbiter/lane';
import { startOrder } from '@parley/server/core/arbiter/queue';
import { released } from '@parley/server/core/arbiter/ticket';
import { openCall } from '@parley/server/core/arbiter/turn-work';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { user } from '../kit/lane-driver.ts';
import { ARBITER, play, type Arbiter } from '../kit/lane-history.ts';
import { histories } from '../kit/lane-steps.ts';
import {
  choosing,
  deciding,
  dropped,
  ending,
  folding,
  forgettingCrashes,
  hearing,
  recording,
} from '../kit/lane-mutants.ts';
import { Violation } from '../kit/lane-account.ts';

/**
 * Deliberate mistakes, one each. The histories have to find every one of them, and for the right reason:
 * otherwise the properties prove nothing.
 */
interface Fault {
  readonly mistake: string;
  /** The rules under which it may be reported. */
  readonly breaks: readonly string[];
  readonly arbiter: Arbiter;
}
const FAULTS: readonly Fault[] = [
  {
    mistake: 'the last who came is served first',
    breaks: ['T19', 'P6'],
    arbiter: choosing((lane) => ({
      ...lane,
      lastTurnOf: new Map(),
      tickets: lane.tickets.map((ticket) => ({ ...ticket, ticketSeq: -ticket.ticketSeq })).toReversed(),
    })),
  },
  {
    mistake: 'first come, first served, whoever just had a turn',
    breaks: ['T19', 'P6'],
    arbiter: choosing((lane) => ({ ...lane, lastTurnOf: new Map() })),
  },
  {
    mistake: 'a held ticket starts',
    breaks: ['P5', 'T19'],
    arbiter: choosing((lane) => ({ ...lane, tickets: lane.tickets.map(released) })),
  },
  {
    mistake: 'what came to an idle lane waits for another event (lost wake-up)',
    breaks: ['T4'],
    arbiter: {
      ...ARBITER,
      nextTicket: (state, now) => (state.lastEntrySeq > 0 ? ARBITER.nextTicket(state, now) : null),
    },
  },
  {
    mistake: 'positions count without regard to people',
    breaks: ['T19'],
    arbiter: {
      ...ARBITER,
      positions: (state) => new Map(state.tickets.map((ticket, index) => [ticket.turn, index + 1])),
    },
  },
  {
    mistake: 'a second turn starts beside the first',
    breaks: ['P2', 'T19'],
    arbiter: {
      ...ARBITER,
      decide: (state, event, now) =>
        event.type === 'begin'
          ? ARBITER.decide({ ...openLane('room'), ...state, kind: 'idle' }, event, now)
          : ARBITER.decide(state, event, now),
    },
  },
  {
    mistake: 'a stop hits whatever runs now',
    breaks: ['P5', 'T32'],
    arbiter: hearing((event, state) =>
      event.type === 'stop' && state.kind === 'running' ? { ...event, turn: state.running.turn } : event,
    ),
  },
  {
    mistake: 'anybody may stop any turn',
    breaks: ['T32'],
    arbiter: hearing((event) => (event.type === 'stop' ? { ...event, mayStopAny: true } : event)),
  },
  {
    mistake: 'a stop empties the queue as well',
    breaks: ['T31'],
    arbiter: recording(({ records }, event, state) => [
      ...records,
      ...(event.type === 'stop' && records.length > 0 ? state.tickets.map(({ turn }) => dropped(turn)) : []),
    ]),
  },
  {
    mistake: 'a stopped turn that came to its end counts as completed',
    breaks: ['T3'],
    arbiter: ending((record) => ({ ...record, outcome: 'completed' })),
  },
  {
    mistake: 'the model is not told to stop',
    breaks: ['T33'],
    arbiter: deciding((decision) => ({
      ...decision,
      effects: decision.effects.filter((effect) => effect.type !== 'abort'),
    })),
  },
  {
    mistake: 'a late end of an older attempt ends the turn',
    breaks: ['T30'],
    arbiter: hearing((event, state) =>
      event.type === 'finished' && state.kind === 'running' ? { ...event, attempt: state.running.attempt } : event,
    ),
  },
  {
    mistake: 'the end of another turn ends this one',
    breaks: ['T30'],
    arbiter: hearing((event, state) =>
      event.type === 'finished' && state.kind !== 'idle' ? { ...event, turn: state.running.turn } : event,
    ),
  },
  {
    mistake: 'a turn ends twice',
    breaks: ['P1', 'P2'],
    arbiter: deciding((decision) => ({
      ...decision,
      records: [...decision.records, ...decision.records.filter((record) => record.type === 'turn.ended')],
    })),
  },
  {
    mistake: 'the answer so far is thrown away unless it is whole',
    breaks: ['T34'],
    arbiter: ending(({ answer, ...record }) =>
      answer === undefined
        ? record
        : record.outcome === 'completed'
          ? { ...record, answer }
          : { ...record, answer: { ...answer, text: '' } },
    ),
  },
  {
    mistake: 'the answer does not say what it answers',
    breaks: ['T14'],
    arbiter: ending(({ answer, ...record }) =>
      answer === undefined ? record : { ...record, answer: { ...answer, answers: [] } },
    ),
  },
  {
    mistake: 'removing one person drops what another has waiting',
    breaks: ['T36'],
    arbiter: recording(({ records }, event, state) => {
      const other = state.tickets.find((ticket) => event.type === 'revoke' && ticket.author.id !== event.user);
      return other === undefined ? records : [...records, { ...dropped(other.turn), outcome: 'revoked' }];
    }),
  },
  {
    mistake: 'a removed person’s turn runs on',
    breaks: ['T36'],
    arbiter: recording(({ records }, event) =>
      event.type === 'revoke' ? records.filter((record) => record.type !== 'turn.stopping') : records,
    ),
  },
  {
    mistake: 'anybody may withdraw anybody’s prompt',
    breaks: ['T27'],
    arbiter: hearing((event, state) => {
      const author = state.tickets.find((ticket) => event.type === 'withdraw' && ticket.turn === event.turn)?.author.id;
      return event.type === 'withdraw' && author !== undefined ? { ...event, by: user(author) } : event;
    }),
  },
  {
    mistake: 'an edit of an old revision wins',
    breaks: ['T26'],
    arbiter: hearing((event, state) => {
      const ticket = state.tickets.find((each) => event.type === 'edit' && each.turn === event.turn);
      return event.type === 'edit' && ticket !== undefined ? { ...event, revision: ticket.revision } : event;
    }),
  },
  {
    mistake: 'an edited prompt goes to the end of the line',
    breaks: ['T7', 'T19'],
    arbiter: folding((state, record) => {
      const after = ARBITER.evolve(state, record);
      if (record.type !== 'ticket.edited') return after;
      const edited = after.tickets.filter((ticket) => ticket.turn === record.turn);
      return { ...after, tickets: [...after.tickets.filter((ticket) => ticket.turn !== record.turn), ...edited] };
    }),
  },
  {
    mistake: 'what overflows pushes out the oldest',
    breaks: ['T7'],
    arbiter: {
      ...ARBITER,
      decide: (state, event, now) => {
        const decision = ARBITER.decide(state, event, now);
        const [oldest] = state.tickets;
        if (decision.kind === 'done' || decision.fault.code !== 'queue_full' || oldest === undefined) return decision;
        return ARBITER.decide({ ...state, tickets: state.tickets.slice(1) }, event, now);
      },
    },
  },
  {
    mistake: 'a condition on sending is not looked at',
    breaks: ['T7'],
    arbiter: hearing((event) => (event.type === 'submit' ? { ...event, onlyIf: undefined } : event)),
  },
  {
    mistake: 'tries again for ever after crashes',
    breaks: ['T44'],
    arbiter: forgettingCrashes(),
  },
  {
    mistake: 'a crash forgets who waits',
    breaks: ['T31', 'T44'],
    arbiter: recording(({ records }, event, state) => [
      ...records,
      ...(event.type === 'recover' ? state.tickets.map(({ turn }) => dropped(turn)) : []),
    ]),
  },
  {
    mistake: 'a turn may take as long as it likes',
    breaks: ['T23'],
    arbiter: recording(({ records }, event) =>
      event.type === 'tick' ? records.filter((record) => record.type !== 'turn.stopping') : records,
    ),
  },
  {
    mistake: 'the fold forgets whose turn it was',
    breaks: ['T19', 'P6'],
    arbiter: folding((state, record) => {
      const after = ARBITER.evolve(state, record);
      return record.type === 'turn.started' ? { ...after, lastTurnOf: state.lastTurnOf } : after;
    }),
  },
  {
    mistake: 'a message in the room takes no place in the transcript',
    breaks: ['T5'],
    arbiter: folding((state, record) => (record.type === 'entry.added' ? state : ARBITER.evolve(state, record))),
  },
  {
    mistake: 'the state knows something that is in no record',
    breaks: ['P7'],
    arbiter: deciding((decision, event) =>
      event.type === 'hold'
        ? { ...decision, state: { ...decision.state, turnsStarted: decision.state.turnsStarted + 1 } }
        : decision,
    ),
  },
  {
    mistake: 'what changes nothing gives another object',
    breaks: ['T30'],
    arbiter: deciding((decision) =>
      decision.records.length === 0 ? { ...decision, state: { ...decision.state } } : decision,
    ),
  },
  {
    mistake: 'anybody in the room may approve',
    breaks: ['T38'],
    arbiter: hearing((event, state) => (event.type === 'decide' ? { ...event, by: user(speakerOf(state)) } : event)),
  },
  {
    mistake: 'an approval counts whatever its presser was shown',
    breaks: ['T38'],
    arbiter: hearing((event) =>
      event.type === 'decide' ? { ...event, digest: `digest of ${event.approval.slice(2)}` } : event,
    ),
  },
  {
    mistake: 'a declined call is made',
    breaks: ['T38', 'P10'],
    arbiter: recording(({ records }) =>
      records.map((record) => (record.type === 'call.decided' ? { ...record, decision: 'approved' } : record)),
    ),
  },
  {
    mistake: 'what waits for its speaker is called meanwhile',
    breaks: ['P10'],
    arbiter: deciding((decision, event, state) => {
      if (event.type !== 'start-call' || decision.records.length > 0 || state.kind !== 'running') return decision;
      if (state.running.turn !== event.turn || openCall(state.running)?.state !== 'asked') return decision;
      const { turn, call, operation } = event;
      const started = { type: 'call.started', lane: state.lane, turn, call, operation, at: 0 } as const;
      return { ...decision, records: [started], state: ARBITER.evolve(state, started) };
    }),
  },
  {
    mistake: 'a call that was interrupted before it was made may have happened',
    breaks: ['T34'],
    arbiter: recording(({ records }, event) =>
      records.map((record) =>
        record.type === 'call.ended' && event.type !== 'call-ended' ? { ...record, outcome: 'unknown' } : record,
      ),
    ),
  },
  {
    mistake: 'the answer does not name the tools that were used for it',
    breaks: ['T34'],
    arbiter: ending(({ answer, ...record }) => {
      if (answer === undefined) return record;
      const { tools: _, ...rest } = answer;
      return { ...record, answer: rest };
    }),
  },
  {
    mistake: 'a turn that waits keeps the floor for ever',
    breaks: ['T23'],
    arbiter: recording(({ records }) => records.filter((record) => record.type !== 'turn.parked')),
  },
  {
    mistake: 'a parked turn is forgotten',
    breaks: ['T22'],
    arbiter: { ...ARBITER, nextResume: () => null },
  },
  {
    mistake: 'a parked turn goes on before it was decided',
    breaks: ['T22'],
    arbiter: {
      ...ARBITER,
      nextResume: (state) => ARBITER.nextResume(state) ?? state.parked[0] ?? null,
    },
  },
  {
    mistake: 'time runs while the speaker is asked',
    breaks: ['T23'],
    arbiter: folding((state, record) => {
      const after = ARBITER.evolve(state, record);
      if (record.type !== 'call.decided' || after.kind !== 'running' || state.kind !== 'running') return after;
      return { ...after, running: { ...after.running, endsBy: state.running.endsBy } };
    }),
  },
  {
    mistake: 'a removed person’s parked turn waits on',
    breaks: ['T36'],
    arbiter: recording(({ records }, event, state) =>
      event.type === 'revoke'
        ? records.filter((record) => !('turn' in record) || parkedIn(state, record.turn) === null)
        : records,
    ),
  },
  {
    mistake: 'the model asks for tools as often as it likes',
    breaks: ['T30', 'T23'],
    arbiter: hearing((event) => (event.type === 'stepped' ? { ...event, maxSteps: 256 } : event)),
  },
  {
    mistake: 'a waiting line is sorted where it stands',
    breaks: [],
    arbiter: {
      ...ARBITER,
      decide: (state, event, now) => {
        Object.assign(state, { tickets: startOrder(state) });
        return ARBITER.decide(state, event, now);
      },
    },
  },
];

function speakerOf(state: LaneState): string {
  return startedTurns(state)[0]?.author.id ?? 'nobody';
}

test.each(FAULTS)('P1 P2 P3 P5 P6 P7 P10 notice: $mistake', ({ arbiter, breaks }) => {
  const found = fc.check(
    fc.property(histories, (steps) => play(arbiter, steps)),
    { seed: 7, numRuns: 2_000 },
  );
  expect(found.failed).toBe(true);
  const error = found.errorInstance;
  // Writing to what was handed in is no broken rule: the frozen state itself objects.
  if (breaks.length === 0) expect(error).toBeInstanceOf(TypeError);
  else expect(breaks).toContain(error instanceof Violation ? error.rule : String(error));
});
