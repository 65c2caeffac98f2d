// A model server of fixed speed, for whoever asks it, that speaks the OpenAI chat wire. The newest prompt
// says what to answer: `tag=… tokens=… every=…` gives `first:tag`, words, and `end:tag`.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

const FIRST_TOKEN_MS = 20;
const ORDER = /tag=(\w+) tokens=(\d+) every=(\d+)/gu;

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// A listening TCP server has an address object.
const { port } = server.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const firstAt = performance.now() + FIRST_TOKEN_MS;
  request.setEncoding('utf8');
  let body = '';
  for await (const text of request) body += String(text);
  const [, tag = '', tokens = '1', every = '10'] = [...body.matchAll(ORDER)].at(-1) ?? [];
  const count = Number(tokens);
  for (let index = 0; index < count && !response.destroyed; index++) {
    await after(Math.max(0, firstAt + index * Number(every) - performance.now()));
    if (index === 0) response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = index === 0 ? `first:${tag} ` : index === count - 1 ? `end:${tag}` : 'words ';
    send(response, { delta: { content: text }, finish_reason: null });
  }
  send(response, { delta: {}, finish_reason: 'stop' });
  response.end('data: [DONE]\n\n');
}

function send(response: ServerResponse, choice: object): void {
  const chunk = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'bench',
    choices: [{ index: 0, ...choice }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}
