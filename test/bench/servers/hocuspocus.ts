// The peer: @hocuspocus/server as it comes, in memory. It acknowledges before anything is stored.
import { Server } from '@hocuspocus/server';

const server = new Server({ address: '127.0.0.1', port: 0, quiet: true });
await server.listen();
process.stdout.write(`${JSON.stringify({ event: 'listening', url: server.httpURL })}\n`);
