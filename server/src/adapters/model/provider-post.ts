import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import OpenAI from 'openai';

/**
 * Makes JSON ready for a path of one provider, down to its connection, and says nothing. What it returns sends it, and
 * resolves with the head of an answer that is no refusal.
 */
export type Post = (path: string, body: object, signal: AbortSignal) => Send;
export type Send = () => Promise<IncomingMessage>;

export interface Account {
  /** Including `/v1`. */
  readonly baseURL: string;
  readonly apiKey: string;
}

/** Of the text of a refusal no more is read: all that is told of it is a status and a code. */
const MOST_TEXT_CHARS = 64 * 1024;
/** How long a connection that nobody uses is kept: whoever asks within it does not wait for a new one. */
const IDLE_MS = 30_000;
/** Of an answer that is not being taken nothing is read ahead: each read of a socket costs as much as what is in it. */
const AGENT = { keepAlive: true, timeout: IDLE_MS, highWaterMark: 1 };
const PLAIN = { request: plainRequest, agent: new PlainAgent(AGENT) };
const SECURE = { request: secureRequest, agent: new SecureAgent(AGENT) };

/**
 * A way to one provider. The library's own spends three times as long on a request as all that is done here, before
 * its first byte leaves. Rejects with the library's error for a refusal, and with Node's where there is no connection.
 * Redirects are refusals: the key is for the address it was given for.
 */
export function postTo({ baseURL, apiKey }: Account): Post {
  const base = new URL(baseURL);
  const { request, agent } = base.protocol === 'https:' ? SECURE : PLAIN;
  const pathname = base.pathname.replace(/\/$/u, '');
  const headers = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    authorization: `Bearer ${apiKey}`,
  };
  return (path, body, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const json = JSON.stringify(body);
    const ready = request(base, { agent, headers, method: 'POST', path: `${pathname}${path}`, signal });
    ready.on('error', reject);
    ready.on('response', (answer) => {
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) resolve(answer);
      else refusalOf(answer, statusCode).then(reject, reject);
    });
    // What goes wrong before it is sent is for whoever sends it; where nobody does, it is nobody's.
    promise.catch(() => {});
    return () => {
      ready.end(json);
      return promise;
    };
  };
}

/** As the library tells it to whoever judges it; some servers say what is wrong without an `error` around it. */
async function refusalOf(answer: IncomingMessage, status: number): Promise<Error> {
  const text = await textOf(answer);
  const said = objectIn(text);
  const headers = new Headers();
  const retryAfter = answer.headers['retry-after'];
  if (retryAfter !== undefined) headers.set('retry-after', retryAfter);
  return OpenAI.APIError.generate(status, said && 'error' in said ? said : { error: said }, text, headers);
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) {
    text += String(part);
    if (text.length >= MOST_TEXT_CHARS) break;
  }
  return text;
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A gateway's page says no more than its status.
    return undefined;
  }
}
