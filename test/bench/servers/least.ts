// The floor of a first token: what any Node server pays that keeps a prompt on disk before it asks the model, hands
// the answer on, and does nothing else. Sockets of one path are a room; what one says is the prompt, and
// everybody else of the room gets the answer.
import { once } from 'node:events';
import { fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';

const PAGE = Buffer.alloc(4_096);
/** What SQLite writes for a prompt. */
const PROMPT_PAGES = 8;

const model = `${process.env['OPENAI_BASE_URL'] ?? ''}/chat/completions`;
const agent = new Agent({ keepAlive: true });
const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
const file = openSync(join(folder, 'log'), 'w');
process.once('SIGTERM', () => {
  rmSync(folder, { recursive: true });
  process.exit(0);
});

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
const rooms = new Map<string, Set<WebSocket>>();
sockets.on('connection', (socket, { url = '' }) => {
  const room = rooms.get(url) ?? new Set();
  rooms.set(url, room.add(socket));
  socket.on('message', (prompt: Buffer) =>
    ask(
      String(prompt),
      [...room].filter((one) => one !== socket),
    ),
  );
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');
// A listening TCP server has an address object.
const { port } = http.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);

function ask(prompt: string, readers: readonly WebSocket[]): void {
  for (let page = 0; page < PROMPT_PAGES; page++) writeSync(file, PAGE);
  fsyncSync(file);
  const call = request(model, { method: 'POST', agent });
  call.on('response', (answer) => {
    answer.on('data', (piece: Buffer) => {
      const frame = framed(piece);
      for (const reader of readers) if (reader.readyState === WebSocket.OPEN) reader.send(frame);
    });
  });
  call.end(JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: prompt }] }));
}

/** Shaped like an update, so that the same reader reads it. */
function framed(piece: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0, 2, piece.length & 127), piece]);
}
