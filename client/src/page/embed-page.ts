import { devToken } from './dev-server.ts';

/** What an embedding page does: it hands the element a function that returns a token. */
const room = document.querySelector('parley-room');
if (room !== null) room.token = async () => (await devToken({ user: 'ben', name: 'Ben' })) ?? '';
