import { Redis } from 'ioredis';
import type { Log } from '../../../ports/system.ts';

export interface LineListener {
  /** Connected, and nothing was asked yet. */
  up(): void;
  /** The connection is gone; whatever was not answered failed. */
  down(): void;
  message(bytes: Uint8Array): void;
}

/** Redis that does not answer within this is as good as gone. */
const ANSWER_MS = 1_000;
const RETRY_MS = 250;
/** What may be on its way to Redis unanswered; more, and the line is given up instead of memory. */
const MOST_UNANSWERED_BYTES = 32 * 1024 * 1024;

/**
 * One connection to Redis (6 or later: it hears and asks on the same one, so that both end together, and what is heard
 * stands in order with what is answered). Nothing waits for a connection and nothing is said again on the next one.
 */
export class RedisLine {
  readonly #redis: Redis;
  readonly #log: Log;
  #listener: LineListener | null = null;
  #up = false;
  #unanswered = 0;

  constructor(url: string, log: Log) {
    this.#log = log;
    this.#redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      // What was not answered when a connection ends fails then, not at some later one.
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS,
      connectTimeout: ANSWER_MS,
      retryStrategy: () => RETRY_MS,
    });
    this.#redis.on('ready', () => this.#rises());
    this.#redis.on('close', () => this.#falls());
    // Each failed attempt says so; that the line is down was said once.
    this.#redis.on('error', (error: Error) => this.#log.debug('redis.error', { error: error.name }));
    this.#redis.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => this.#listener?.message(bytes));
  }

  /** Connects, and connects again whenever that is lost. */
  open(listener: LineListener): void {
    this.#listener = listener;
    this.#redis.connect().catch((error: unknown) => this.#log.debug('redis.not-reached', { error: String(error) }));
  }

  get isUp(): boolean {
    return this.#up;
  }

  async subscribe(channel: string): Promise<void> {
    await this.#answered(this.#redis.subscribe(channel));
  }

  /** Resolves with how many heard it. */
  async publish(channel: string, bytes: Uint8Array): Promise<number> {
    if (this.#unanswered + bytes.length > MOST_UNANSWERED_BYTES) throw new Error('too much is unanswered');
    this.#unanswered += bytes.length;
    try {
      const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return await this.#answered(this.#redis.publish(channel, frame));
    } finally {
      this.#unanswered -= bytes.length;
    }
  }

  /** Runs a script; what it gives is for the caller to look at. */
  run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#answered(this.#redis.call('eval', script, keys.length, ...keys, ...args));
  }

  /** Resolves when what was asked so far is answered, and what had come by then was heard. */
  async settled(): Promise<void> {
    await this.#answered(this.#redis.ping());
  }

  /** Gives the connection up for another one. */
  reset(): void {
    if (!this.#up) return;
    this.#falls();
    // Not ended in order: whoever does not answer would not answer that either.
    this.#redis.stream.destroy();
  }

  /** Ends it for good. */
  close(): void {
    this.#listener = null;
    this.#up = false;
    this.#redis.disconnect();
  }

  async #answered<T>(command: Promise<T>): Promise<T> {
    try {
      return await command;
    } catch (error) {
      // A refusal is an answer. Without any, the other end may be gone without a word.
      if (!(error instanceof Error && error.name === 'ReplyError')) this.reset();
      throw error;
    }
  }

  #rises(): void {
    this.#up = true;
    this.#log.info('redis.connected');
    this.#listener?.up();
  }

  #falls(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#log.error('redis.lost');
    this.#listener?.down();
  }
}
