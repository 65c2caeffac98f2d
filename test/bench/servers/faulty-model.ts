// A provider in a process of its own that counts what it was asked and fails as it is told: FAIL (share of calls that are
// answered 500), CUT (share that end in the middle), SEED. `/stats` tells what it counted.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const { NAME = 'model', FAIL = '0', CUT = '0', SEED = '1' } = process.env;
const WORDS = 20;
const PACE_MS = 4;
const stats = { calls: 0, answered: 0, failed: 0, cut: 0, inputTokens: 0, outputTokens: 0 };
const keys: Record<string, number> = {};
let seed = Number(SEED);

function chance(): number {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/stats') return void response.end(JSON.stringify({ ...stats, keys }));
  let body = '';
  for await (const part of request) body += String(part);
  stats.calls += 1;
  const key = (request.headers.authorization ?? '').replace('Bearer ', '');
  keys[key] = (keys[key] ?? 0) + 1;
  if (chance() < Number(FAIL)) {
    stats.failed += 1;
    return void response.writeHead(500).end('{"error":{"code":"down"}}');
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const stopAt = chance() < Number(CUT) ? Math.floor(chance() * WORDS) : WORDS;
  for (let word = 1; word <= stopAt; word += 1) {
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    send(response, { choices: [{ index: 0, delta: { content: `${NAME}-${word} ` }, finish_reason: null }] });
  }
  if (stopAt < WORDS) {
    stats.cut += 1;
    return void response.destroy();
  }
  const usage = { prompt_tokens: Math.ceil(body.length / 4), completion_tokens: WORDS };
  stats.answered += 1;
  stats.inputTokens += usage.prompt_tokens;
  stats.outputTokens += usage.completion_tokens;
  send(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  send(response, { choices: [], usage });
  response.end('data: [DONE]\n\n');
}

function send(response: ServerResponse, chunk: object): void {
  response.write(
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: NAME, ...chunk })}\n\n`,
  );
}
