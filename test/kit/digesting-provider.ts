import { AskingProvider, type Message } from './asking-provider.ts';
import { sseServer } from './sse-server.ts';

const CANARY = /canary(?:\.\w+)+/gu;
const INSTRUCTION = /Sum up what was said up to and including entry .*?; name at least (.*?)\. Add nothing/su;

/**
 * A provider that asks for the call that its prompt names, and whose summaries say whatever it is told to, with the numbers that
 * it has to name: by default every canary of all that it was sent, which is the worst that a summary can do.
 */
export class DigestingProvider extends AskingProvider {
  /** Those of the requests that it answered in words. */
  readonly answers: string[] = [];
  /** Those that asked for a summary. */
  readonly digests: string[] = [];
  summary: (sent: string) => string = (sent) => [...new Set(sent.match(CANARY))].join(' ');

  static override async start(): Promise<DigestingProvider> {
    return new DigestingProvider(await sseServer());
  }

  protected override says(messages: readonly Message[], sent: string): string {
    const [, cites] = INSTRUCTION.exec(messages.at(-1)?.content ?? '') ?? [];
    (cites === undefined ? this.answers : this.digests).push(sent);
    return cites === undefined ? told(messages) : `${this.summary(sent)} ${cites}`;
  }
}

/** What a tool said, or nothing worth keeping. */
function told(messages: readonly Message[]): string {
  const last = messages.at(-1);
  return last?.role === 'tool' ? `It says: ${last.content}` : 'I see.';
}
