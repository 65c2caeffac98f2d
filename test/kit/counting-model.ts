import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chunk } from './sse-server.ts';

const MARKER = /#([a-z]+-\d+)#/gu;
const WORDS = 6;

/** Prompts carry one of these, so that the model can tell them apart. */
export function markerOf(name: string, number: number): string {
  return `#${name}-${number}#`;
}

/** All that call number `call` about a prompt answers: no two calls say the same. */
export function fullAnswer(marker: string, call: number): string {
  return answerWords(marker, call).join('');
}

/**
 * An OpenAI-compatible server that counts how often it was asked about each prompt. It runs in the
 * process of the test, so it remembers what a killed server cannot.
 */
export class CountingModel implements AsyncDisposable {
  /** Calls by marker. */
  readonly calls = new Map<string, number>();
  readonly #server: Server;
  readonly #paceMs: () => number;
  readonly #listeners = new Set<() => void>();

  private constructor(paceMs: () => number) {
    this.#paceMs = paceMs;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** `paceMs` says how long each word takes. */
  static async start(paceMs: () => number): Promise<CountingModel> {
    const model = new CountingModel(paceMs);
    model.#server.listen(0, '127.0.0.1');
    await once(model.#server, 'listening');
    return model;
  }

  /** With `/v1`. */
  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Calls the listener at each call, before anything is answered; the result unsubscribes. */
  onCall(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const marker = [...(await bodyOf(request)).matchAll(MARKER)].at(-1)?.[1] ?? 'none';
    const call = (this.calls.get(marker) ?? 0) + 1;
    this.calls.set(marker, call);
    for (const listener of this.#listeners) listener();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const word of answerWords(marker, call)) {
      await pause(this.#paceMs());
      // The asker may be dead by now; writing to nobody is what a provider does then.
      response.write(`data: ${JSON.stringify(chunk({ content: word }))}\n\n`);
    }
    response.end(`data: ${JSON.stringify(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n`);
  }
}

function answerWords(marker: string, call: number): string[] {
  const words = Array.from({ length: WORDS }, (_, index) => ` ${marker}/${call}/${index + 1}`);
  return [`call ${call}:`, ...words, ' end'];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
