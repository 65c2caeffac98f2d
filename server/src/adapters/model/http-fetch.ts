import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';

/** Of the text of a refusal no more is read: all that is told of it is a status and a code. */
const MOST_TEXT_CHARS = 64 * 1024;

export const RETRY_AFTER = 'retry-after';

/** An answer whose body is Node's own stream: a web stream around it costs more per token than all the rest. */
class NodeResponse extends Response {
  readonly incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    const retryAfter = incoming.headers['retry-after'];
    super(null, {
      status: incoming.statusCode ?? 0,
      headers: retryAfter === undefined ? {} : { [RETRY_AFTER]: retryAfter },
    });
    this.incoming = incoming;
  }

  /** Whoever made the request reads the text of refusals this way. */
  override async text(): Promise<string> {
    let text = '';
    for await (const part of this.incoming.setEncoding('utf8')) {
      text += String(part);
      if (text.length >= MOST_TEXT_CHARS) break;
    }
    return text;
  }
}

/**
 * `fetch` over `node:http`, for requests with a text as their body. Connections are kept by Node's own
 * agent. Redirects are not followed: the key is for the address it was given for. Answers have a status, a body
 * and, of their headers, the one that somebody here reads.
 */
export function httpFetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const address = new URL(url instanceof Request ? url.url : url);
  const request = address.protocol === 'https:' ? secureRequest : plainRequest;
  const { method = 'GET', headers, body, signal } = init;
  return new Promise((resolve, reject) => {
    const sent = request(address, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(signal ? { signal } : {}),
    });
    sent.on('error', reject);
    sent.on('response', (incoming) => {
      try {
        resolve(new NodeResponse(incoming));
      } catch (error) {
        // A status that is none.
        incoming.destroy();
        reject(error);
      }
    });
    sent.end(body);
  });
}

/** The body of an answer of {@link httpFetch}. */
export function bodyOf(response: Response): IncomingMessage {
  if (!(response instanceof NodeResponse)) throw new TypeError('not an answer of httpFetch');
  return response.incoming;
}
