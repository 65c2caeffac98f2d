import type { Batch, Journal } from '@parley/server/ports/journal';
import type { Bus, EdgeMessage, OwnerMessage } from '@parley/server/ports/bus';
import { LaneRunner } from '@parley/server/room/turns/lane-runner';
import { ContextSource } from '@parley/server/room/turns/context-source';
import { TranscriptDoc } from '@parley/server/room/documents/transcript-doc';
import type { LaneEvent } from '@parley/server/core/arbiter/lane';
import { CallJudge } from '@parley/server/room/turns/call-judge';
import type { DocKey } from '@parley/shared/documents';
import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { Violation } from '../kit/lane-account.ts';
import { ClearTokens } from '../kit/scripted-tools.ts';
import type { Mistakes } from '../kit/world.ts';
import { histories } from './history.ts';
import { play } from './play.ts';

/**
 * Deliberate mistakes, one each, in the parts that a room is made of. The simulation has to find every one
 * of them, and for the right reason: otherwise its silence proves nothing.
 */
interface Fault {
  readonly mistake: string;
  /** The properties and rules under which it may be reported. */
  readonly breaks: readonly string[];
  /** Puts it in; what is returned is put into the world. */
  readonly make: () => Mistakes;
}

const FAULTS: readonly Fault[] = [
  {
    mistake: 'the journal answers before it has written',
    breaks: ['P1', 'D3', 'P8'],
    make: () => ({
      disk: (journal) =>
        journalLike(journal, {
          append: async (ref, epoch, batch) => (void journal.append(ref, epoch, batch), { kind: 'appended' }),
        }),
    }),
  },
  {
    mistake: 'the journal takes what an owner of yesterday writes',
    breaks: ['P2'],
    make: () => ({ store: takingAnyEpoch }),
  },
  {
    mistake: 'recovery reads the journal without the prompts that wait',
    breaks: ['P1', 'P7', 'log', 'P5'],
    make: () => ({
      disk: (journal) =>
        journalLike(journal, { read: async (ref, after) => withoutWaiting(await journal.read(ref, after)) }),
    }),
  },
  {
    mistake: 'recovery takes up nothing',
    breaks: ['P1'],
    make: () => (vi.spyOn(LaneRunner.prototype, 'recover').mockImplementation(() => {}), {}),
  },
  {
    mistake: 'a prompt that is sent again is another prompt',
    breaks: ['P1', 'P8'],
    make: () => ({ bus: (bus) => busLike(bus, { up: renamingResends() }) }),
  },
  {
    mistake: 'a stop ends whatever runs',
    breaks: ['P5'],
    make: () =>
      hearing((runner, event) => {
        const { state } = runner;
        return event.type === 'stop' && state.kind === 'running'
          ? { ...event, turn: state.running.turn, mayStopAny: true }
          : event;
      }),
  },
  {
    mistake: 'a removed person’s turn runs on',
    breaks: ['T36', 'T35', 'P3'],
    make: () => hearing((_runner, event) => (event.type === 'revoke' ? { type: 'tick' } : event)),
  },
  {
    mistake: 'the end of a call is not heard',
    breaks: ['P1'],
    make: () =>
      hearing((_runner, event) =>
        event.type === 'finished' && event.text.length % 3 === 0 ? { type: 'tick' } : event,
      ),
  },
  {
    mistake: 'the text of an answer stays when it is over',
    breaks: ['P7'],
    make: () => changing((writer) => ({ ...writer, clearLive: () => {} })),
  },
  {
    mistake: 'a second attempt continues the text of the first',
    breaks: ['P8'],
    make: () => {
      const begun = new Set<string>();
      return changing((writer) => ({
        ...writer,
        startLive: (turn) => begun.has(turn) || (begun.add(turn), writer.startLive(turn)),
      }));
    },
  },
  {
    mistake: 'a private transcript is told to everybody',
    breaks: ['R3', 'P8'],
    make: () => ({ bus: (bus) => busLike(bus, { down: leaking }) }),
  },
  {
    mistake: 'a reader who comes back misses one character',
    breaks: ['P8'],
    make: () => ({
      bus: (bus) =>
        busLike(bus, {
          up: (message) => [
            message.type === 'watch' && message.after && message.after.room > 0
              ? { ...message, after: { ...message.after, room: message.after.room + 1 } }
              : message,
          ],
        }),
    }),
  },
  {
    mistake: 'a reader who comes back hears the last event again',
    breaks: ['P8'],
    make: () => ({
      bus: (bus) =>
        busLike(bus, {
          up: (message) => [
            message.type === 'watch' && message.after && message.after.seq > 0
              ? { ...message, after: { ...message.after, seq: message.after.seq - 1 } }
              : message,
          ],
        }),
    }),
  },
  {
    mistake: 'an update is lost on the way to readers',
    breaks: ['P8', 'P1'],
    make: () => ({ bus: (bus) => busLike(bus, { down: dropping(9) }) }),
  },
  {
    mistake: 'a call that may have happened is made again after a crash',
    breaks: ['D5'],
    make: () => {
      const honest = CallJudge.prototype.judge;
      vi.spyOn(CallJudge.prototype, 'judge').mockImplementation(async function (this: CallJudge, lane, turn, call) {
        if (call.state === 'started') return { kind: 'start', operation: call.operation };
        return honest.call(this, lane, turn, call);
      });
      return {};
    },
  },
  {
    mistake: 'every call goes out as the owner of the room',
    breaks: ['P3'],
    make: () => {
      const honest = ClearTokens.prototype.forCall;
      vi.spyOn(ClearTokens.prototype, 'forCall').mockImplementation(function (this: ClearTokens, tool, identity) {
        return honest.call(this, tool, { ...identity, speaker: 'ana' as typeof identity.speaker });
      });
      return {};
    },
  },
  {
    mistake: 'results are sent in another order than they were asked for',
    breaks: ['P9'],
    make: () =>
      requesting((messages) =>
        messages.at(-2)?.role === 'tool'
          ? messages.toSpliced(-2, 2, messages.at(-1) as Message, messages.at(-2) as Message)
          : messages,
      ),
  },
  {
    mistake: 'the model is sent the conversation without its beginning',
    breaks: ['P9'],
    make: () => requesting((messages) => messages.slice(1)),
  },
  {
    mistake: 'the model is sent what was asked before instead of the prompt',
    breaks: ['P9'],
    make: () => requesting((messages) => (messages.length > 2 ? messages.slice(0, -1) : messages)),
  },
];

afterEach(() => {
  vi.restoreAllMocks();
});

/** Fewer find most; the rarest needs some dozens. */
const RUNS = 80;

for (const { mistake, breaks, make } of FAULTS) {
  test(`P1 P3 P10 the simulation finds it when ${mistake}`, async () => {
    const mistakes = make();
    const found = await firstViolation(mistakes);
    expect(breaks, found?.message).toContain(found?.rule);
  }, 60_000);
}

/** The first violation that the same histories find each time; null when there is none. */
async function firstViolation(mistakes: Mistakes): Promise<Violation | null> {
  for (const history of fc.sample(histories(60), { numRuns: RUNS, seed: 11 })) {
    try {
      await play(history, mistakes);
    } catch (error) {
      if (error instanceof Violation) return error;
      throw error;
    }
  }
  return null;
}

function journalLike(journal: Journal, changes: Partial<Journal>): Journal {
  return {
    acquire: (ref) => journal.acquire(ref),
    append: (ref, epoch, batch) => journal.append(ref, epoch, batch),
    read: (ref, after) => journal.read(ref, after),
    holds: (ref) => journal.holds(ref),
    unfinished: () => journal.unfinished(),
    loadDoc: (ref, doc) => journal.loadDoc(ref, doc),
    redact: (...part) => journal.redact(...part),
    compactDoc: (...part) => journal.compactDoc(...part),
    docs: (ref) => journal.docs(ref),
    rooms: (tenant, user, after, limit) => journal.rooms(tenant, user, after, limit),
    healthy: () => journal.healthy(),
    close: () => journal.close(),
    ...changes,
  };
}

function takingAnyEpoch(journal: Journal): Journal {
  let latest: Awaited<ReturnType<Journal['acquire']>>['epoch'] | null = null;
  return journalLike(journal, {
    acquire: async (ref) => {
      const taken = await journal.acquire(ref);
      latest = taken.epoch;
      return taken;
    },
    append: async (ref, epoch, batch: Batch) => {
      const result = await journal.append(ref, latest ?? epoch, batch);
      return result.kind === 'wrong-seq'
        ? journal.append(ref, latest ?? epoch, { ...batch, expectedSeq: result.seq })
        : result;
    },
  });
}

type Stored = Awaited<ReturnType<Journal['read']>>;

/** Sequences stay what they were, so that the next append is not refused. */
function withoutWaiting(records: Stored): Stored {
  const started = new Set(
    records.flatMap(({ record }) =>
      record.type === 'turn.started' || record.type === 'ticket.ended' ? [record.turn] : [],
    ),
  );
  return records.filter(
    ({ record }) => !record.type.startsWith('ticket.') || !('turn' in record) || started.has(record.turn),
  );
}

interface Tampering {
  readonly up?: (message: EdgeMessage) => readonly EdgeMessage[];
  readonly down?: (message: OwnerMessage) => readonly OwnerMessage[];
}

function busLike(bus: Bus, { up = (message) => [message], down = (message) => [message] }: Tampering): Bus {
  return {
    own: (ref, receive) => {
      const end = bus.own(ref, receive);
      return { publish: (message) => down(message).forEach((one) => end.publish(one)), close: () => end.close() };
    },
    join: (ref, receive) => {
      const end = bus.join(ref, receive);
      return { send: (message) => up(message).forEach((one) => end.send(one)), close: () => end.close() };
    },
  };
}

function renamingResends(): (message: EdgeMessage) => readonly EdgeMessage[] {
  const seen = new Set<string>();
  return (message) => {
    if (message.type !== 'command' || message.command.type !== 'prompt.submit') return [message];
    const { id } = message.command;
    // One node's memory is enough: the line is dropped more often than the node.
    if (!seen.has(id)) return (seen.add(id), [message]);
    const again = `${id}-again` as typeof id;
    return [{ ...message, command: { ...message.command, id: again } }];
  };
}

function leaking(message: OwnerMessage): readonly OwnerMessage[] {
  if (message.type !== 'update' || !message.doc.startsWith('transcript.me:')) return [message];
  return [message, { ...message, doc: 'transcript' satisfies DocKey }];
}

function dropping(nth: number): (message: OwnerMessage) => readonly OwnerMessage[] {
  let count = 0;
  return (message) => (message.type === 'update' && (count += 1) % nth === 0 ? [] : [message]);
}

/** Every lane hears something else than what happens. */
function hearing(change: (runner: LaneRunner, event: LaneEvent) => LaneEvent): Mistakes {
  const honest = LaneRunner.prototype.apply;
  vi.spyOn(LaneRunner.prototype, 'apply').mockImplementation(function (this: LaneRunner, event) {
    return honest.call(this, change(this, event));
  });
  return {};
}

type Write = Parameters<TranscriptDoc['change']>[0];
type Writer = Parameters<Write>[0];

function changing(change: (writer: Writer) => Writer): Mistakes {
  const honest = TranscriptDoc.prototype.change;
  vi.spyOn(TranscriptDoc.prototype, 'change').mockImplementation(function (this: TranscriptDoc, write) {
    return honest.call(this, (writer) => write(change(bound(writer))));
  });
  return {};
}

/** A writer as a plain object, so that one method of it can be another. */
function bound(writer: Writer): Writer {
  return {
    addEntry: (entry) => writer.addEntry(entry),
    redactEntry: (entry, by) => writer.redactEntry(entry, by),
    setTickets: (views) => writer.setTickets(views),
    startLive: (turn) => writer.startLive(turn),
    appendLive: (turn, text) => writer.appendLive(turn, text),
    clearLive: (turn) => writer.clearLive(turn),
    setRoom: (view) => writer.setRoom(view),
    setApprovals: (views) => writer.setApprovals(views),
  };
}

type Messages = ReturnType<ContextSource['request']>['messages'];
type Message = Messages[number];

function requesting(change: (messages: Messages) => Messages): Mistakes {
  const honest = ContextSource.prototype.request;
  vi.spyOn(ContextSource.prototype, 'request').mockImplementation(function (this: ContextSource, ...of) {
    const request = honest.call(this, ...of);
    return { ...request, messages: change(request.messages) };
  });
  return {};
}
