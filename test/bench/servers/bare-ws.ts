// The floor: what every Node server pays to hand each message to every other socket, and nothing else.
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (from) => {
  from.on('message', (data, binary) => {
    for (const to of server.clients) if (to !== from && to.readyState === WebSocket.OPEN) to.send(data, { binary });
  });
});
server.on('listening', () => {
  // A listening TCP server has an address object.
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
});
