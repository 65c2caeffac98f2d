import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantRole } from '@parley/shared/roles';
import { ChildProgram } from './child-program.ts';
import { testToken } from './edge-world.ts';
import { RestPerson } from './server.ts';

/**
 * The server in a process of its own, on real ports, with its store on disk, a provider over HTTP and tools over real
 * connections, of which two that do the same say the same (see world-process.ts). Each world is a tenant of it.
 */
export class WholeServer implements AsyncDisposable {
  readonly #program: ChildProgram;
  readonly #url: string;
  readonly #folder: string;

  private constructor(program: ChildProgram, url: string, folder: string) {
    this.#program = program;
    this.#url = url;
    this.#folder = folder;
  }

  /** `readers`: who may read what. */
  static async start(baseURL: string, readers: Readonly<Record<string, readonly string[]>>): Promise<WholeServer> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-whole-'));
    const program = new ChildProgram(['test/kit/world-process.ts', baseURL, folder, JSON.stringify(readers)]);
    const [, url = ''] = await program.said(/"event":"listening","url":"([^"]+)"/u);
    return new WholeServer(program, url, folder);
  }

  get socketUrl(): string {
    return this.#url.replace(/^http/u, 'ws');
  }

  person(tenant: string, user: string, role: TenantRole = 'member'): RestPerson {
    return new RestPerson(this.#url, user, testToken({ user, role, tenant }));
  }

  /** Also fails when a person would have to look. */
  async [Symbol.asyncDispose](): Promise<void> {
    const code = await this.#program.stop();
    rmSync(this.#folder, { recursive: true });
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.#program.output}`);
  }
}
