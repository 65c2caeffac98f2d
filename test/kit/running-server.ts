import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProgram } from './child-program.ts';

/** A real server in a process of its own, on a free port, with a data folder that goes with it. */
export interface RunningServer {
  readonly url: string;
  readonly program: ChildProgram;
  /** A development token. */
  token(user: string, name?: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server and waits until it listens. `env` goes over the usual settings. */
export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'parley-data-'));
  const program = new ChildProgram(['server/src/main.ts'], { PARLEY_PORT: '0', PARLEY_DATA: data, ...env });
  const [, url = ''] = await program.said(/"event":"listening".*?"url":"([^"]+)"/);
  return {
    url,
    program,
    token: (user, name = user) => devToken(url, user, name),
    async [Symbol.asyncDispose]() {
      await program.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function devToken(url: string, user: string, name: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/dev/token`, { method: 'POST', headers, body: JSON.stringify({ user, name }) });
  const { token } = (await answer.json()) as { token: string };
  return token;
}
