// The floor: what every Node server pays to hand each message to every other socket, and nothing else. Asked
// over HTTP (`{model, prompt}`), it reads an answer from the model server and hands on each token.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';

const http = createServer((request, response) => {
  void text(request).then(async (body) => {
    const { model, prompt } = JSON.parse(body) as { model: string; prompt: string };
    await relay(model, prompt);
    response.end();
  });
});
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
sockets.on('connection', (from) => {
  from.on('message', (data, binary) => {
    for (const to of sockets.clients) if (to !== from && to.readyState === WebSocket.OPEN) to.send(data, { binary });
  });
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');
// A listening TCP server has an address object.
const { port } = http.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);

async function relay(model: string, prompt: string): Promise<void> {
  const body = JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: prompt }] });
  const answer = await fetch(`${model}/v1/chat/completions`, { method: 'POST', body });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of answer.body ?? []) {
    // A line may come in two parts.
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, json] = /^data: (\{.*)$/u.exec(line) ?? [];
      if (json === undefined) continue;
      const { choices } = JSON.parse(json) as { choices: { delta: { content?: string } }[] };
      const token = choices[0]?.delta.content;
      if (token !== undefined) broadcast(framed(token));
    }
  }
}

function broadcast(message: Buffer): void {
  for (const to of sockets.clients) if (to.readyState === WebSocket.OPEN) to.send(message);
}

/** Shaped like an update, so that the same reader reads it. */
function framed(token: string): Buffer {
  return Buffer.concat([Buffer.of(0, 2, token.length), Buffer.from(token)]);
}
