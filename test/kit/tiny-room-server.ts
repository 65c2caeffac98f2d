import type { Dial } from '@parley/client/env';
import type { Replies } from '@parley/shared/answers';
import type { Command } from '@parley/shared/commands';
import { ENTRIES, LIVE, ROOM, TURNS } from '@parley/shared/documents';
import type { Author, Entry, RoomView, TicketView, TurnView } from '@parley/shared/entry';
import type { Fault, FaultCode } from '@parley/shared/fault';
import { FAULTS, fault } from '@parley/shared/fault';
import { EntryId, TurnId } from '@parley/shared/ids';
import type { Capability } from '@parley/shared/roles';
import type { Down } from '@parley/shared/socket';
import { Up, decodeFrame, encodeControl, encodeDocFrame } from '@parley/shared/socket';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';
import { WirePair, dialPairs } from './wire-pair.ts';

const SYNC = 0;
const AWARENESS = 1;
const HOUR = 3_600_000;
const RIGHTS: Capability[] = [
  'room.read',
  'presence',
  'message.post',
  'prompt.room',
  'prompt.private',
  'workspace.edit',
];

/** Where a test changes what the server answers. Each hook is asked first; null leaves it to the rules. */
export interface Script {
  /** A fault ends the socket instead of a welcome. */
  admit: (token: string) => Fault | null;
  command: (command: Command) => { readonly value: unknown } | Fault | 'silence' | null;
  /** Whether an update of the workspace is refused. */
  update: () => Fault | null;
  open: (doc: string) => Fault | null;
}

/**
 * A room that fits in a test: the wire of shared/src/socket.ts, documents in memory, prompts accepted
 * once by (author, id) (T2). A token is the person's name. Nothing happens by itself: frames wait in
 * pairs until delivered, turns start and end when told to.
 */
export class TinyRoomServer {
  readonly pairs: WirePair[] = [];
  readonly tokens: string[] = [];
  readonly docs = new Map<string, Y.Doc>();
  readonly script: Script = { admit: () => null, command: () => null, update: () => null, open: () => null };
  /** Every prompt and message that was accepted, in order. */
  readonly accepted: { readonly author: string; readonly id: string; readonly text: string }[] = [];
  readonly dial: Dial = dialPairs((pair) => this.#accept(pair));
  tokenEndsAt: () => number = () => Date.UTC(2100, 0) + HOUR;
  readonly peers = new Set<TinyPeer>();
  readonly #answers = new Map<string, Replies['prompt.submit'] | Replies['message.post']>();
  readonly #ended = new Set<string>();

  constructor() {
    this.writeRoom({ title: 'Planning', firstSeq: 1, floor: 'open', ai: { state: 'idle' } });
  }

  /** A document by its wire name, as the only person in the room reads it. */
  doc(name: string): Y.Doc {
    const known = this.docs.get(name);
    if (known) return known;
    const doc = new Y.Doc();
    this.docs.set(name, doc);
    doc.on('update', (update: Uint8Array, origin: unknown) => this.#broadcast(name, update, origin));
    return doc;
  }

  get last(): WirePair {
    const pair = this.pairs.at(-1);
    if (!pair) throw new Error('nobody has connected');
    return pair;
  }

  /** Delivers everything in both directions, and what follows from it, until nothing moves. */
  /** Tells everybody which labelled documents there are for them now. */
  tellDocuments(items: Extract<Down, { type: 'documents' }>['items']): void {
    for (const peer of this.peers) peer.say({ type: 'documents', items });
  }

  /** Closes one document of everybody, as when the right to it is lost. */
  closeDocument(doc: string, code: FaultCode): void {
    for (const peer of this.peers) peer.closeDoc(doc, code);
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2;) {
      // Not a wait: one turn of the event loop lets every promise that can settle do so.
      await new Promise((resolve) => setImmediate(resolve));
      const moved = this.pairs.reduce((sum, pair) => sum + pair.deliverUp() + pair.deliverDown(), 0);
      quiet = moved === 0 ? quiet + 1 : 0;
    }
  }

  writeRoom(view: Partial<RoomView>, doc = 'transcript'): void {
    const room = this.doc(doc).getMap(ROOM);
    this.doc(doc).transact(() => Object.entries(view).forEach(([key, value]) => room.set(key, value)));
  }

  addEntry(entry: Partial<Entry> & Pick<Entry, 'kind' | 'text' | 'author'>, doc = 'transcript'): Entry {
    const entries = this.doc(doc).getArray<Entry>(ENTRIES);
    const last = entries.length > 0 ? entries.get(entries.length - 1).seq : 0;
    const full: Entry = { id: EntryId.parse(`e_${doc.length}_${last + 1}`), seq: last + 1, at: 0, ...entry };
    entries.push([full]);
    return full;
  }

  /** The ticket becomes an entry and its answer begins to stream. */
  startTurn(turn: string, doc = 'transcript'): void {
    const turns = this.doc(doc).getMap<TicketView>(TURNS);
    const ticket = turns.get(turn);
    if (!ticket) throw new Error(`no ticket ${turn}`);
    this.doc(doc).transact(() => {
      this.addEntry({ kind: 'prompt', text: ticket.text, author: ticket.author, turn: ticket.turn }, doc);
      turns.set(turn, { ...ticket, state: 'running', position: 0 });
      this.doc(doc).getMap(LIVE).set(turn, new Y.Text());
      this.writeRoom({ ai: { state: 'answering', turn: ticket.turn, for: ticket.author } }, doc);
    });
  }

  stream(turn: string, text: string, doc = 'transcript'): void {
    const live = this.doc(doc).getMap<Y.Text>(LIVE).get(turn);
    if (!live) throw new Error(`nothing streams for ${turn}`);
    live.insert(live.length, text);
  }

  endTurn(turn: string, doc = 'transcript'): void {
    const live = this.doc(doc).getMap<Y.Text>(LIVE);
    const text = live.get(turn)?.toString() ?? '';
    this.#ended.add(turn);
    this.doc(doc).transact(() => {
      this.addEntry(
        { kind: 'answer', text, author: { id: 'ai', name: 'AI', kind: 'ai' }, turn: TurnId.parse(turn) },
        doc,
      );
      this.doc(doc).getMap(TURNS).delete(turn);
      live.delete(turn);
      this.writeRoom({ ai: { state: 'idle' } }, doc);
    });
  }

  /** Ends every connection with a fault, with or without saying so first. */
  goodbye(why: Fault, said: { readonly by?: string; readonly at?: number } = {}): void {
    for (const peer of this.peers) peer.goodbye(why, said);
  }

  #accept(pair: WirePair): void {
    this.pairs.push(pair);
    const token = pair.server.protocols[1]?.slice('bearer.'.length) ?? '';
    this.tokens.push(token);
    const peer = new TinyPeer(this, pair, token);
    const why = this.script.admit(token);
    if (why) return peer.goodbye(why, {});
    this.peers.add(peer);
    peer.welcome(RIGHTS);
  }

  run(user: string, command: Command): { readonly value: unknown } | Fault | 'silence' {
    const scripted = this.script.command(command);
    if (scripted) return scripted;
    switch (command.type) {
      case 'prompt.submit':
      case 'message.post':
        return this.#once(user, command);
      case 'turn.get':
        return this.#turn(user, command.turn);
      case 'transcript.read':
        return { value: this.#page(command) };
      default:
        return fault('not_found');
    }
  }

  #once(
    user: string,
    command: Extract<Command, { type: 'prompt.submit' | 'message.post' }>,
  ): { readonly value: unknown } {
    const key = `${user} ${command.id}`;
    const known = this.#answers.get(key);
    if (known) return { value: known };
    const author: Author = { id: user, name: user, kind: 'user' };
    const doc = command.audience === 'me' ? 'transcript.me' : 'transcript';
    const answer =
      command.type === 'message.post'
        ? { entry: this.addEntry({ kind: 'message', text: command.text, author }, doc) }
        : this.#queue(author, command, doc);
    this.accepted.push({ author: user, id: command.id, text: command.text });
    this.#answers.set(key, answer);
    return { value: answer };
  }

  #queue(
    author: Author,
    { id, text }: Extract<Command, { type: 'prompt.submit' }>,
    doc: string,
  ): Replies['prompt.submit'] {
    const turns = this.doc(doc).getMap<TicketView>(TURNS);
    const seq = this.#answers.size + 1;
    const turn = TurnId.parse(`t_${seq}`);
    const position = turns.size + 1;
    turns.set(turn, { turn, id, seq, author, text, state: 'queued', position, revision: 1 });
    return { turn, seq, position };
  }

  #turn(user: string, turn: TurnId): { readonly value: TurnView } | Fault {
    if (!this.#ended.has(turn)) return fault('not_found');
    const author: Author = { id: user, name: user, kind: 'user' };
    const view: Omit<TurnView, 'id'> = {
      turn,
      seq: 1,
      author,
      audience: 'room',
      state: 'ended',
      revision: 1,
      outcome: 'cancelled',
    };
    return { value: { ...view, id: this.accepted[0]?.id as TurnView['id'] } };
  }

  /** A ticket leaves the queue without ever having been an entry. */
  withdraw(turn: string): void {
    this.#ended.add(turn);
    this.doc('transcript').getMap(TURNS).delete(turn);
  }

  /** What lies before the document's window, for `transcript.read`. */
  readonly past: Entry[] = [];

  #page({
    before = Number.POSITIVE_INFINITY,
    limit,
  }: Extract<Command, { type: 'transcript.read' }>): Replies['transcript.read'] {
    return { items: this.past.filter(({ seq }) => seq < before).slice(-limit), next: null };
  }

  #broadcast(name: string, update: Uint8Array, origin: unknown): void {
    for (const peer of this.peers) if (peer !== origin) peer.update(name, update);
  }
}

/** One socket of the tiny server. */
class TinyPeer {
  readonly #server: TinyRoomServer;
  readonly #pair: WirePair;
  readonly #user: string;
  readonly #open = new Map<string, { saved: number; readonly awareness: Awareness }>();

  constructor(server: TinyRoomServer, pair: WirePair, user: string) {
    this.#server = server;
    this.#pair = pair;
    this.#user = user;
    pair.server.onMessage = (bytes) => this.#receive(bytes);
    pair.server.onClose = () => this.#leave();
  }

  say(message: Down): void {
    this.#pair.server.send(encodeControl(message));
  }

  welcome(capabilities: Capability[]): void {
    const you = { id: this.#user, name: this.#user, color: '#336699' };
    this.say({
      type: 'welcome',
      protocol: 1,
      you,
      role: 'speaker',
      capabilities,
      expiresAt: this.#server.tokenEndsAt(),
    });
  }

  goodbye(why: Fault, said: { readonly by?: string; readonly at?: number }): void {
    this.say({ type: 'goodbye', fault: why, ...said });
    this.#pair.server.close(FAULTS[why.code].close ?? 1011);
  }

  update(doc: string, update: Uint8Array): void {
    if (this.#open.has(doc)) this.#sendSync(doc, (encoder) => sync.writeUpdate(encoder, update));
  }

  closeDoc(doc: string, code: FaultCode): void {
    this.#forget(doc);
    this.say({ type: 'closed', doc, fault: fault(code) });
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (!frame) throw new Error('the client sent what is no frame');
    if (frame.kind === 'doc') return this.#document(frame.doc, frame.message);
    const up = Up.parse(JSON.parse(frame.json));
    if (up.type === 'open') this.#start(up.doc);
    else if (up.type === 'close') this.#forget(up.doc);
    else if (up.type === 'renew') this.say({ type: 'renewed', expiresAt: this.#server.tokenEndsAt() });
    else this.#command(up.request, up.command);
    if (up.type === 'renew') this.#server.tokens.push(up.token);
  }

  #command(request: number, command: Command): void {
    const result = this.#server.run(this.#user, command);
    if (result === 'silence') return;
    if ('code' in result) return this.say({ type: 'refused', request, fault: result });
    this.say({ type: 'reply', request, value: JSON.parse(JSON.stringify(result.value)) });
  }

  #start(doc: string): void {
    const why = this.#server.script.open(doc);
    if (why) return this.say({ type: 'closed', doc, fault: why });
    this.#open.set(doc, { saved: 0, awareness: this.#shareAwareness(doc) });
    this.say({ type: 'opened', doc, writable: doc.startsWith('workspace') });
    this.#sendSync(doc, (encoder) => sync.writeSyncStep1(encoder, this.#server.doc(doc)));
  }

  #document(name: string, message: Uint8Array): void {
    const open = this.#open.get(name);
    if (!open) return;
    const decoder = decoding.createDecoder(message);
    const type = decoding.readVarUint(decoder);
    if (type === AWARENESS) return applyAwarenessUpdate(open.awareness, decoding.readVarUint8Array(decoder), this);
    const step = decoding.readVarUint(decoder);
    const body = decoding.readVarUint8Array(decoder);
    if (step === sync.messageYjsSyncStep1) {
      return this.#sendSync(name, (encoder) => sync.writeSyncStep2(encoder, this.#server.doc(name), body));
    }
    this.#apply(name, body);
  }

  #apply(name: string, update: Uint8Array): void {
    const doc = this.#server.doc(name);
    const readOnly = Y.decodeUpdate(update).structs.length > 0 ? fault('read_only') : null;
    const why = name.startsWith('workspace') ? this.#server.script.update() : readOnly;
    if (why) return this.closeDoc(name, why.code);
    Y.applyUpdate(doc, update, this);
    const open = this.#open.get(name);
    if (!open) return;
    open.saved += 1;
    this.say({ type: 'saved', doc: name, count: open.saved });
  }

  /** Stamps the person's name, as the real server does, and echoes to everybody who has it open. */
  #shareAwareness(doc: string): Awareness {
    const awareness = new Awareness(this.#server.doc(doc));
    awareness.setLocalState(null);
    awareness.on('update', ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
      const states = new Map(
        [...awareness.getStates()].map(([client, state]) => [client, { ...state, user: this.#stamp() }]),
      );
      const body = encodeAwarenessUpdate(awareness, [...added, ...updated, ...removed], states);
      for (const peer of this.#server.peers) peer.presence(doc, body);
    });
    return awareness;
  }

  presence(doc: string, body: Uint8Array): void {
    if (!this.#open.has(doc)) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, AWARENESS);
    encoding.writeVarUint8Array(encoder, body);
    this.#pair.server.send(encodeDocFrame(doc, encoding.toUint8Array(encoder)));
  }

  #stamp() {
    return { id: this.#user, name: this.#user, color: '#336699' };
  }

  #sendSync(doc: string, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    write(encoder);
    this.#pair.server.send(encodeDocFrame(doc, encoding.toUint8Array(encoder)));
  }

  #forget(doc: string): void {
    const open = this.#open.get(doc);
    this.#open.delete(doc);
    if (!open) return;
    removeAwarenessStates(open.awareness, [...open.awareness.getStates().keys()], 'left');
    open.awareness.destroy();
  }

  #leave(): void {
    this.#server.peers.delete(this);
    for (const doc of [...this.#open.keys()]) this.#forget(doc);
  }
}
