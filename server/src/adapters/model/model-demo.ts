import type { Usage } from '@parley/shared/entry';
import { citations } from '../../core/compaction/citations.ts';
import { readEnvelopes } from '../../core/context/envelope.ts';
import type { Model, ModelEvent, ModelRequest } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';

export interface DemoOptions {
  readonly clock: Clock;
  /** Milliseconds between two words. */
  readonly paceMs?: number;
}

/** About as fast as a person reads along. */
const PACE_MS = 45;
const TITLE_WORDS = 6;

/**
 * The model of a server that has none: needs no network and no key, says plainly that it is a demo, and
 * names everybody whose words it was sent, so that people see what a model would be told. The same
 * request gives the same answer.
 */
export function demoModel(options: DemoOptions): Model {
  return { name: 'demo model (built in)', stream: (request, signal) => streamOf(options, request, signal) };
}

async function* streamOf(
  options: DemoOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, undefined> {
  const words = wordsFor(request).match(/\s*\S+/g) ?? [];
  const sent = words.slice(0, request.maxOutputTokens);
  for (const word of sent) {
    if ((await pause(options, signal)) === 'aborted') {
      yield { type: 'end', end: { reason: 'failed', class: 'aborted', detail: 'aborted' } };
      return;
    }
    yield { type: 'text', text: word };
  }
  yield {
    type: 'end',
    end: { reason: sent.length < words.length ? 'length' : 'stop', usage: usageOf(request, sent.length) },
  };
}

function pause({ clock, paceMs = PACE_MS }: DemoOptions, signal: AbortSignal): Promise<'passed' | 'aborted'> {
  return new Promise((resolve) => {
    const abort = () => {
      cancel();
      resolve('aborted');
    };
    const cancel = clock.after(paceMs, () => {
      signal.removeEventListener('abort', abort);
      resolve('passed');
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function usageOf({ inputTokens }: ModelRequest, words: number): Usage {
  return { model: 'demo', inputTokens, cachedTokens: 0, outputTokens: words };
}

function wordsFor(request: ModelRequest): string {
  if (request.background === 'digest') return digestOf(request);
  return request.background === undefined ? answerTo(request) : titleFor(request);
}

function answerTo(request: ModelRequest): string {
  const said = speakersIn(request);
  const asking = said.at(-1)?.name ?? 'somebody';
  const names = [...new Map(said.map(({ id, name }) => [id, name])).values()].map(escapeMarkdown);
  const entries = `${said.length} ${said.length === 1 ? 'entry' : 'entries'}`;
  return [
    `Hello ${escapeMarkdown(asking)}. I am the **demo model**: I cannot think, and I only show how the room works.`,
    `I was sent ${entries} by ${listed(names)}, and your prompt is the last of them. A real model would answer it here, word by word, for everybody who may read along.`,
    'To connect one, start the server with these variables:',
    '- `OPENAI_BASE_URL`: any OpenAI-compatible address, with its `/v1`\n- `OPENAI_API_KEY`: its key\n- `PARLEY_MODEL`: the name of the model',
    'A local Ollama is found without any of them.',
  ].join('\n\n');
}

/** Names what it was told to name, and whose words that is: it cannot think, so it sums nothing up. */
function digestOf(request: ModelRequest): string {
  const told = citations(request.messages.at(-1)?.content.split('\n').at(-1) ?? '');
  const lines = speakersIn(request)
    .filter(({ n }) => told.includes(n))
    .map(({ n, name }) => `- ${escapeMarkdown(name)} [${n}]`);
  return ['The demo model sums nothing up. Before this spoke:', ...lines].join('\n');
}

/** What nobody waits for is a title: the first words that anybody said. */
function titleFor({ messages }: ModelRequest): string {
  const said = /^<said-[^>]*>\n(.*)/mu.exec(messages.at(-1)?.content ?? '')?.[1] ?? '';
  return said.split(/\s+/u).slice(0, TITLE_WORDS).join(' ');
}

function speakersIn({ messages }: ModelRequest): ReturnType<typeof readEnvelopes> {
  const boundary = /<said-([a-z0-9]+)/.exec(messages[0]?.content ?? '')?.[1];
  if (boundary === undefined) return [];
  return messages.filter(({ role }) => role === 'user').flatMap(({ content }) => readEnvelopes(boundary, content));
}

function listed(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return 'nobody';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** A name is text, also where Markdown is read. */
function escapeMarkdown(name: string): string {
  return name.replace(/[\\`*_[\]()#<>!|~&]/g, '\\$&');
}
