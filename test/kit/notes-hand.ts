import { NOTES } from '@parley/shared/documents';
import { decodeFrame, Down, encodeControl, encodeDocFrame } from '@parley/shared/socket';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';

const SYNC = 0;
const DOC = 'workspace';

/** One person who types into the notes over a real socket. Which client they are is handed in, so that the same is always the same bytes. */
export class NotesHand {
  readonly #doc = new Y.Doc();
  readonly #socket: WebSocket;
  readonly #waiting: { readonly until: (down: Down) => boolean; readonly done: () => void }[] = [];
  /** Frames with something to save, as the server counts them: all but the first question. */
  #sent = -1;
  #asked = 0;

  private constructor(socket: WebSocket, client: number) {
    this.#socket = socket;
    this.#doc.clientID = client;
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#sync((encoder) => syncProtocol.writeUpdate(encoder, update));
    });
    socket.on('message', (data: Buffer) => this.#take(new Uint8Array(data)));
  }

  static async open(url: string, token: string, client: number): Promise<NotesHand> {
    const socket = new WebSocket(url, ['parley.v1', `bearer.${token}`]);
    const hand = new NotesHand(socket, client);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const opened = hand.#said(({ type }) => type === 'opened');
    socket.send(encodeControl({ type: 'open', doc: DOC }));
    await opened;
    hand.#sync((encoder) => syncProtocol.writeSyncStep1(encoder, hand.#doc));
    return hand;
  }

  /** At the top, below nothing that has not arrived; on disk when it resolves. */
  async type(text: string): Promise<void> {
    const request = (this.#asked += 1);
    // Answers stand in order with what came before them (W19).
    const replied = this.#said((down) => down.type === 'reply' && down.request === request);
    this.#socket.send(encodeControl({ type: 'command', request, command: { type: 'room.get' } }));
    await replied;
    const saved = this.#said((down) => down.type === 'saved' && down.count >= this.#sent);
    this.#doc.getText(NOTES).insert(0, text);
    await saved;
  }

  leave(): void {
    this.#socket.terminate();
  }

  #said(until: (down: Down) => boolean): Promise<void> {
    return new Promise((done) => this.#waiting.push({ until, done }));
  }

  #take(payload: Uint8Array): void {
    const frame = decodeFrame(payload);
    if (frame?.kind === 'doc') return this.#read(frame.message);
    if (frame === null) return;
    const down = Down.parse(JSON.parse(frame.json));
    for (const one of this.#waiting.filter(({ until }) => until(down))) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      one.done();
    }
  }

  #read(message: Uint8Array): void {
    const decoder = decoding.createDecoder(message);
    if (decoding.readVarUint(decoder) !== SYNC) return;
    const encoder = encoding.createEncoder();
    syncProtocol.readSyncMessage(decoder, encoder, this.#doc, this);
    if (encoding.length(encoder) > 0)
      this.#sync((answer) => encoding.writeUint8Array(answer, encoding.toUint8Array(encoder)));
  }

  #sync(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    write(encoder);
    this.#sent += 1;
    this.#socket.send(encodeDocFrame(DOC, encoding.toUint8Array(encoder)));
  }
}
