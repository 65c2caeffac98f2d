import { edit, fault, type SeededFault } from './faults.ts';

/** Whole rooms beside the model of their rules: each of these shows within so many histories. */
export const ROOM_HISTORIES = 300;
const ROOMS = 'oracle/differential.test.ts';

const WAITING = ['what waits for its speaker', ROOMS] as const;
const NOTES = ['the notes', ROOMS] as const;
const LOST = ['whoever read along over a crash', 'spec/room/lost-text.test.ts'] as const;
const STARTED = ['a provider request', 'spec/room/tools/started-with.test.ts'] as const;

/** Mistakes in what happens while a turn waits for its speaker's word, and in what is written into the notes. */
export const ROOM_FAULTS: readonly SeededFault[] = [
  fault(
    'whoever-is-asked-keeps-the-floor',
    WAITING,
    edit('room/turns/call-judge.ts', 'parksAt: now + floorSeconds * 1000,', 'parksAt: now + floorSeconds * 1_000_000,'),
  ),
  fault(
    'an-approval-never-runs-out',
    WAITING,
    edit(
      'room/turns/call-judge.ts',
      'const expiresAt = now + approvalSeconds * 1000;',
      'const expiresAt = now + approvalSeconds * 1_000_000;',
    ),
  ),
  fault(
    'silence-is-consent',
    WAITING,
    edit('core/arbiter/arbiter-approval.ts', "'expired', 'system', now)", "'approved', 'system', now)"),
  ),
  fault(
    'the-last-who-waited-goes-on-first',
    WAITING,
    edit('core/arbiter/queue.ts', 'return state.parked.find(', 'return state.parked.findLast('),
  ),
  fault(
    'whoever-asks-next-goes-before-whoever-waited',
    WAITING,
    edit(
      'core/arbiter/queue.ts',
      "if (state.kind !== 'idle' || nextResume(state) !== null)",
      "if (state.kind !== 'idle')",
    ),
    edit('room/turns/lane-runner.ts', '    this.#resumeParked();\n    for (let ticket', '    for (let ticket'),
    edit(
      'room/turns/lane-runner.ts',
      "      else if (this.#begin(ticket).kind === 'refused') return;\n    }",
      "      else if (this.#begin(ticket).kind === 'refused') return;\n    }\n    this.#resumeParked();",
    ),
  ),
  fault(
    'people-do-not-take-turns',
    WAITING,
    edit('core/arbiter/queue.ts', '(a, b) => a.lastTurn - b.lastTurn', '(a, b) => b.lastTurn - a.lastTurn'),
  ),
  fault(
    'what-waits-without-the-floor-outlives-the-right-to-ask',
    WAITING,
    edit(
      'core/arbiter/arbiter-stop.ts',
      'const own = state.parked.filter(({ turn, stop }) => isMeant(turn, event) && stop === null);',
      'const own = state.parked.filter(({ turn, stop }) => isMeant(turn, event) && stop === null && turn.step < 0);',
    ),
  ),
  fault(
    'what-waits-outlives-the-right-to-read-what-it-was-made-from',
    WAITING,
    edit(
      'room/lanes.ts',
      'if (!access.denies(turn.author.id as UserId, turn.resources)) continue;',
      'if (access !== null) continue;',
    ),
  ),
  fault(
    'what-was-approved-is-called-without-the-right-to-read-what-it-was-made-from',
    WAITING,
    edit(
      'room/turns/turn-worker.ts',
      'if (!access.mayRead(turn.author.id as UserId, turn.resources)) return UNREADABLE;',
      '',
    ),
  ),
  fault(
    'words-that-were-left-out-take-the-place-of-those-that-were-taken-away',
    STARTED,
    edit(
      'room/turns/context-source.ts',
      'if (isWithin(context.sources.influence, running.influence)) return context;',
      'if (isWithin([], running.influence)) return context;',
    ),
  ),
  fault(
    'what-a-turn-may-be-is-what-the-room-says-now',
    STARTED,
    edit('room/turns/turn-size.ts', 'recorded ?? room', 'room'),
  ),
  fault(
    'anybody-decides',
    WAITING,
    edit(
      'room/commands/approvals.ts',
      'const turns = state === undefined ? [] : startedTurns(state).filter(({ author }) => author.id === user);',
      'const turns = state === undefined ? [] : startedTurns(state);',
    ),
    edit('core/arbiter/arbiter-approval.ts', 'asked?.user !== event.by', 'asked === null'),
  ),
  fault(
    'a-word-is-for-whatever-waits-now',
    WAITING,
    edit('core/arbiter/arbiter-approval.ts', 'if (asked.digest !== event.digest)', "if (asked.digest === '')"),
  ),
  fault(
    'no-is-yes',
    WAITING,
    edit(
      'core/arbiter/arbiter-approval.ts',
      "const decision = event.decision === 'approve' ? 'approved' : 'declined';",
      "const decision = event.decision === 'approve' ? 'approved' : 'approved';",
    ),
  ),
  fault(
    'nobody-hears-that-others-went-on',
    WAITING,
    edit('room/turns/notices.ts', 'return added === 0 ? [] :', 'return added >= 0 ? [] :'),
  ),
  fault(
    'a-turn-that-waited-says-again-what-was-taken-away',
    WAITING,
    edit('room/turns/context-source.ts', ' && built.redactions === redactions) return built', ') return built'),
  ),
  fault(
    'a-tool-that-was-taken-out-is-called-once-more',
    WAITING,
    edit(
      'room/turns/offers.ts',
      'return admission === undefined ? [] : [{ tool, as: admission.as }];',
      "return [{ tool, as: admission?.as ?? 'speaker' }];",
    ),
  ),
  fault(
    'trust-outlives-leaving',
    WAITING,
    edit('core/room-state.ts', 'trust: withoutTrust(room.trust, record.user),', 'trust: room.trust,'),
  ),
  fault(
    'nobody-is-behind-what-is-read-in-the-notes',
    NOTES,
    edit(
      'room/turns/notes-tools.ts',
      "'The notes are empty.' : cut, behind(deps, doc));",
      "'The notes are empty.' : cut, []);",
    ),
  ),
  fault(
    'of-what-the-ai-wrote-only-its-speaker-is-behind-it',
    NOTES,
    edit(
      'room/turns/notes-influence.ts',
      'joinInfluence(this.#influence, facts.fate.influence, [facts.author.id])',
      'joinInfluence(this.#influence, [facts.author.id])',
    ),
  ),
  fault(
    'only-people-who-typed-are-behind-the-notes',
    NOTES,
    edit(
      'room/turns/notes-tools.ts',
      'joinInfluence(people, chronicle.notes.influence, strange)',
      'joinInfluence(people, strange)',
    ),
  ),
  fault(
    'the-ai-writes-into-notes-that-are-closed',
    NOTES,
    edit(
      'room/turns/notes-tools.ts',
      "return can(standingOfAbsent(room, speaker), 'workspace.edit', room.policy.levels);",
      'return room.members.has(speaker);',
    ),
  ),
  fault(
    'people-write-into-notes-that-are-closed',
    NOTES,
    edit('room/documents/doc-peer.ts', "mayEdit: can(standing, 'workspace.edit', levels),", 'mayEdit: true,'),
  ),
  fault(
    'a-private-lane-writes-before-everybody-unasked',
    NOTES,
    edit(
      'room/turns/call-judge.ts',
      "return lane === 'room' && turn.resources.length === 0;",
      'return turn.resources.length === 0;',
    ),
  ),
  fault(
    'what-was-made-from-things-stands-before-everybody',
    NOTES,
    edit(
      'room/turns/call-judge.ts',
      "return chronicle.room.policy.release === 'strict';",
      "return chronicle.room.policy.release !== 'strict';",
    ),
  ),
  fault(
    'text-that-was-lost-comes-back',
    LOST,
    edit('room/transcripts.ts', 'this.#doc(name).takeBackUnstored()', 'null'),
  ),
  fault(
    'whoever-lost-a-right-while-it-was-written-is-asked-for',
    ['a provider request', 'spec/room/ready-calls.test.ts'],
    edit(
      'room/turns/turn-worker.ts',
      'return this.#whileAllowed(turn, ready.make, ready.drop);',
      'return ready.make();',
    ),
  ),
  fault(
    'a-call-is-made-before-its-record-is-on-disk',
    ['a provider request', 'spec/room/ready-calls.test.ts'],
    edit('room/turns/turn-call.ts', 'await Promise.race([may, this.#aborted.promise]);', 'await null;'),
  ),
];
