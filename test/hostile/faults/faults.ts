/** One place of the server's sources, and what a mistake makes of it. */
export interface Edit {
  /** From the repository's root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

/** A mistake by which something gets where it may not, and the test that has to notice. */
export interface SeededFault {
  readonly name: string;
  /** Where it gets to: what a person receives, a provider, a tool, a log … */
  readonly reaches: string;
  readonly caughtBy: string;
  readonly edits: readonly Edit[];
}

const CANARIES = 'hostile/canaries.test.ts';
const TOOL_CANARIES = 'hostile/tool-canaries.test.ts';
const DIGESTS = 'hostile/digest-canaries.test.ts';
const HANDLES = 'hostile/foreign-handles.test.ts';
const FUZZ = 'hostile/fuzz.test.ts';
const WORLDS = 'hostile/two-worlds-sockets.test.ts';

export function fault(name: string, [reaches, caughtBy]: readonly [string, string], ...edits: Edit[]): SeededFault {
  return { name, reaches, caughtBy, edits };
}

export function edit(file: string, from: string, to: string): Edit {
  return { file: `server/src/${file}`, from, to };
}

/** What a provider is sent is known here, so that it can be carried elsewhere. */
const SENT = '  return {\n    model,\n    messages: wireMessages(request.messages, breakpoints),';
const ON_SENDING = (act: string): Edit => edit('adapters/model/chat-request.ts', SENT, `${act}\n${SENT}`);

export const HOSTILE_FAULTS: readonly SeededFault[] = [
  fault(
    'private-entries-in-the-room',
    ['a document, and the frames of everybody', CANARIES],
    edit(
      'room/transcripts.ts',
      'return resources.length === 0 ? transcriptOf(lane) :',
      "return resources.length === 0 ? 'transcript' :",
    ),
  ),
  fault(
    'a-private-lane-in-the-prompts-of-the-room',
    ['a provider request', CANARIES],
    edit(
      'room/turns/context-builder.ts',
      "own: lane === 'room' ? null : this.#items(lane, seq - 1, viewpoint),",
      "own: this.#items(lane === 'room' ? ('me:ana' as LaneKey) : lane, 99, viewpoint),",
    ),
  ),
  fault(
    'prompts-in-the-log',
    ['a log line', CANARIES],
    ON_SENDING('  process.stderr.write(JSON.stringify(request.messages));'),
  ),
  fault(
    'prompts-in-the-metrics',
    ['a metric', CANARIES],
    ON_SENDING('  Object.assign(globalThis, { last: JSON.stringify(request.messages) });'),
    edit(
      'adapters/host/metrics-prom.ts',
      'text: () => registry.metrics(),',
      "text: async () => `${await registry.metrics()}# ${String(Reflect.get(globalThis, 'last'))}`,",
    ),
  ),
  fault(
    'a-cache-of-prompts-on-the-disk',
    ['a file of the store', CANARIES],
    ON_SENDING(
      "  process.getBuiltinModule('fs').appendFileSync(`${process.env['PARLEY_DATA']}/cache`, JSON.stringify(request.messages));",
    ),
  ),
  fault(
    'private-words-in-rows-of-another-tenant',
    ['a row', CANARIES],
    edit('core/tenant.ts', 'return `${ref.tenant.id}/${ref.room}`;', 'return ref.room;'),
  ),
  fault(
    'a-turn-of-a-private-lane-is-told',
    ['an answer over HTTP', HANDLES],
    edit('room/lane-access.ts', 'return owner === null || owner === reader.user;', 'return true;'),
  ),
  fault(
    'a-tenant-is-no-wall',
    ['an answer over HTTP', HANDLES],
    edit('core/tenant.ts', 'return `${ref.tenant.id}/${ref.room}`;', 'return ref.room;'),
  ),
  fault(
    'results-for-the-speaker-alone-in-the-room',
    ['a provider request', TOOL_CANARIES],
    edit(
      'room/turns/result-reading.ts',
      'labelled.filter(({ item, resource }) => this.#mayAll(listeners, item, resource))',
      'labelled.filter(() => true)',
    ),
  ),
  fault(
    'what-waits-for-others-is-listed',
    ['an answer over HTTP', TOOL_CANARIES],
    edit(
      'room/approval-views.ts',
      'startedTurns(state).filter(({ author }) => author.id === user)',
      'startedTurns(state)',
    ),
  ),
  fault(
    'a-shelf-in-a-digest',
    ['a provider request, and everybody in the room', DIGESTS],
    edit('room/turns/context-source.ts', 'INFINITY, admits: () => false', 'INFINITY, admits: () => true'),
  ),
  fault(
    'a-private-lane-in-a-digest',
    ['a provider request, and everybody in the room', DIGESTS],
    edit(
      'room/turns/context-builder.ts',
      "room: this.#items('room', roomTo, viewpoint),",
      "room: [...this.#items('room', roomTo, viewpoint), ...(instruction ? this.#chronicle.ledger.entries('me:ana' as LaneKey) : [])],",
    ),
  ),
  fault(
    'digests-in-the-log',
    ['a log line', DIGESTS],
    edit(
      'room/turns/judged-digest.ts',
      '  const tokens = tokenizer.count(text);',
      '  process.stderr.write(text);\n  const tokens = tokenizer.count(text);',
    ),
  ),
  fault(
    'search-and-export-look-into-a-private-lane',
    ['an answer over HTTP', TOOL_CANARIES],
    edit('room/readable.ts', "(['room', privateLane(by.user)] as const)", "(['room', 'me:ana'] as LaneKey[])"),
  ),
  fault(
    'words-in-the-trail',
    ['an audit line', TOOL_CANARIES],
    edit(
      'core/audit-lines.ts',
      'const target = targetOf(asked.command) ?? targetIn(records);',
      "const target = 'text' in asked.command ? String(asked.command.text) : null;",
    ),
  ),
  fault(
    'one-credential-for-every-call',
    ['a tool', TOOL_CANARIES],
    edit(
      'room/turns/call-runner.ts',
      'const speaker = offered.as === ',
      "const speaker = offered.as !== 'x' ? ('ana' as UserId) : offered.as === ",
    ),
  ),
  fault(
    'reading-the-notes-shows',
    ['the frames of everybody', WORLDS],
    edit(
      'room/turns/notes-tools.ts',
      '        const text = doc.stored.doc.getText(NOTES).toString();',
      "        const text = doc.stored.doc.getText(NOTES).toString();\n        doc.show(aiPresence(doc.stored.doc.getText(NOTES), 0, 'somebody'), AI_SEEN_MS);",
    ),
  ),
  fault(
    'commands-are-whoever-says-so',
    ['what others own', FUZZ],
    edit(
      'edge/multiplex-peer.ts',
      '          principal,\n          command: message.command,',
      "          principal: { ...principal, user: 'ana' as never },\n          command: message.command,",
    ),
  ),
  fault(
    'a-stack-in-a-problem',
    ['an answer over HTTP', FUZZ],
    edit('edge/problems.ts', '    detail,\n    code,', '    detail: new Error(detail).stack,\n    code,'),
  ),
  fault(
    'what-does-not-fit-is-taken',
    ['whoever has to look', FUZZ],
    edit('edge/app.ts', '  if (result.success) return;', '  if (result !== null) return;'),
  ),
  fault('frames-throw', ['whoever has to look', FUZZ], {
    file: 'shared/src/socket.ts',
    from: '    // lib0 throws on any truncated',
    to: "    if (bytes.length >= 0) throw new Error('no frame');\n    //",
  }),
];
