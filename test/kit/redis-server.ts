import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';

const USUAL = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'];

/** Its standard input is never written to: when that closes, whoever started Redis wants its end or is gone, however that ended. */
const LEASH = '"$@" & redis=$!; read -r _; kill -9 $redis; wait $redis';

/** A real Redis on a free port of the loopback that keeps nothing: it can be killed and started again, empty. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  #program: Program;

  private constructor(port: number, program: Program) {
    this.port = port;
    this.#program = program;
  }

  static async start(): Promise<RedisServer> {
    for (;;) {
      const port = await freePort();
      const program = await launch(port);
      if (program !== null) return new RedisServer(port, program);
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#program.process.stdin?.end();
    await this.#program.ended;
  }

  /** On the same port, empty; it has to have ended. While nobody listened, something else may have been given that port: then again. */
  async restart(): Promise<void> {
    for (let left = 100; left > 0; left -= 1) {
      const program = await launch(this.port);
      if (program === null) continue;
      this.#program = program;
      return;
    }
    throw new Error('the port of Redis is taken');
  }

  /** Does something with a connection of its own, as an operator would, or somebody who should not be able to. */
  async with<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    await redis.connect();
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** The names of everything in it, sorted. */
  async keys(): Promise<string[]> {
    return (await this.with((redis) => redis.keys('*'))).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
}

/** The Redis that `npm test` found or installed; without it, the first in a usual place. */
function redisPath(): string {
  const found = process.env['REDIS_SERVER_PATH'] ?? USUAL.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('no Redis: install the package `redis-server`, or run through `npm test`, which does');
  return found;
}

/** Null when the port is taken. */
function launch(port: number): Promise<Program | null> {
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
  const child = spawn('sh', ['-c', LEASH, 'sh', redisPath(), ...settings], { stdio: ['pipe', 'pipe', 'ignore'] });
  let output = '';
  let over = false;
  return new Promise((resolve, reject) => {
    const ended = new Promise<void>((done) => child.once('close', () => done()));
    const program: Program = { process: child, ended };
    child.once('error', reject);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (over) return;
      output += text;
      if (output.includes('Ready to accept connections')) resolve(program);
      else if (output.includes('Address already in use')) {
        child.stdin.end();
        ended.then(() => resolve(null), reject);
      } else return;
      over = true;
    });
    ended.then(() => reject(new Error(`Redis ended:\n${output}`)), reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      // A listening TCP server has an address object.
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
