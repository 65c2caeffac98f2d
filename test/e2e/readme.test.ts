import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebsocketProvider } from 'y-websocket';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { ChildProgram, ROOT } from '../kit/child-program.ts';
import { startServer } from '../kit/server.ts';

// Below test/, so that the snippet finds the packages it imports.
const SNIPPETS = join(ROOT, 'test/node_modules/.readme');

/** The README's JavaScript as one program, at another address. */
function snippet(url: string): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
  const imports = blocks.flatMap((code) => code.match(/^import .*$/gm) ?? []);
  const rest = blocks.map((code) => code.replaceAll(/^import .*$/gm, ''));
  return [...imports, ...rest].join('\n').replaceAll('127.0.0.1:8787', new URL(url).host);
}

test('what the README shows over HTTP and with a Yjs client works as it stands', async () => {
  await using server = await startServer();
  mkdirSync(SNIPPETS, { recursive: true });
  const path = join(SNIPPETS, 'snippet.mjs');
  writeFileSync(path, snippet(server.url));
  const program = new ChildProgram([path]);
  try {
    await program.said(/outcome: 'completed'/);
    expect(await notesThatContain(server.url, await server.token('ben'), 'Hello')).toBe('Hello from any Yjs client.\n');
  } finally {
    await program.stop();
    rmSync(SNIPPETS, { recursive: true });
  }
});

/** What another person reads in the shared notes, once it contains the words. */
async function notesThatContain(url: string, token: string, words: string): Promise<string> {
  const doc = new Y.Doc();
  const notes = doc.getText('notes');
  const docs = `${url.replace('http', 'ws')}/v1/rooms/lobby/docs`;
  const provider = new WebsocketProvider(docs, 'workspace', doc, {
    protocols: ['parley.v1', `bearer.${token}`],
    disableBc: true,
  });
  try {
    return await new Promise((found) => {
      const look = (): void => {
        const text = notes.toJSON();
        if (text.includes(words)) found(text);
      };
      notes.observe(look);
      look();
    });
  } finally {
    provider.destroy();
  }
}
