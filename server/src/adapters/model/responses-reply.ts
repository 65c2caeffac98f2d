import OpenAI from 'openai';
import type { ModelCall } from '../../ports/model.ts';
import { MAX_ARGUMENT_CHARS, type Counts, type Gathered } from './reply-end.ts';
import type { Reply } from './wire.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;
type Final = OpenAI.Responses.Response;
type Place = Pick<OpenAI.Responses.ResponseTextDeltaEvent, 'output_index' | 'content_index'>;

/** An answer in several parts is read as several paragraphs. */
const BETWEEN_PARTS = '\n\n';

/** Gathers one streamed response of the Responses API. */
export class ResponsesReply implements Reply {
  #model: string;
  #text = '';
  /** Which part of which item the text so far ends in. */
  #place = '';
  #refused = false;
  #finish: Gathered['finish'] = null;
  #counts: Counts = {};
  /** By the place of the item: a call arrives in pieces, and whole at its end. */
  readonly #calls = new Map<number, ModelCall>();

  constructor(model: string) {
    this.#model = model;
  }

  get done(): boolean {
    return this.#finish !== null;
  }

  get gathered(): Gathered {
    const calls = [...this.#calls].toSorted(([a], [b]) => a - b).map(([, call]) => call);
    return { model: this.#model, text: this.#text, finish: this.#finish, calls, counts: this.#counts };
  }

  take(data: string): string {
    if (this.done) return '';
    const event = eventOf(data);
    switch (event.type) {
      case 'response.output_text.delta':
        return this.#say(event, event.delta);
      case 'response.refusal.delta':
        this.#refused = true;
        return this.#say(event, event.delta);
      case 'response.output_item.added':
      case 'response.output_item.done':
        this.#takeItem(event.output_index, event.item);
        return '';
      case 'response.function_call_arguments.delta':
        this.#addArguments(event.output_index, event.delta);
        return '';
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        this.#end(event.response);
        return '';
      case 'error':
        throw errorOf(event);
      default:
        return '';
    }
  }

  #say({ output_index, content_index }: Place, delta: string): string {
    const place = `${output_index}.${content_index}`;
    const text = this.#text !== '' && place !== this.#place ? BETWEEN_PARTS + delta : delta;
    this.#place = place;
    this.#text += text;
    return text;
  }

  #takeItem(place: number, item: OpenAI.Responses.ResponseOutputItem): void {
    if (item.type !== 'function_call') return;
    const { call_id: id, name, arguments: written } = item;
    this.#calls.set(place, { id: id ?? '', name, arguments: (written ?? '').slice(0, MAX_ARGUMENT_CHARS) });
  }

  #addArguments(place: number, delta: string): void {
    const call = this.#calls.get(place) ?? { id: '', name: '', arguments: '' };
    this.#calls.set(place, { ...call, arguments: (call.arguments + delta).slice(0, MAX_ARGUMENT_CHARS) });
  }

  #end(response: Final): void {
    if (response.model) this.#model = response.model;
    if (response.usage) this.#counts = countsOf(response.usage);
    this.#finish = this.#finishOf(response);
  }

  /** Throws when the provider says that it failed. */
  #finishOf({ status, error, incomplete_details: why }: Final): 'stop' | 'length' | 'refused' {
    if (status === 'incomplete') return why?.reason === 'content_filter' ? 'refused' : 'length';
    if (status === 'completed' && !error) return this.#refused ? 'refused' : 'stop';
    throw errorOf(error ?? { code: status ?? null });
  }
}

/** Throws when it cannot be read. */
function eventOf(data: string): Event {
  const event = JSON.parse(data) as Event | null;
  if (event === null) throw new SyntaxError('an event of nothing');
  return event;
}

/** As the library tells of an error in a stream. */
function errorOf(error: object): Error {
  return new OpenAI.APIError(undefined, error, undefined, undefined);
}

function countsOf(usage: OpenAI.Responses.ResponseUsage): Counts {
  // Servers that are not OpenAI's leave the details out, whatever the type says.
  const { input_tokens_details: input, output_tokens_details: output } = usage as Partial<typeof usage>;
  return {
    input: usage.input_tokens,
    cached: input?.cached_tokens,
    cacheWrite: input?.cache_write_tokens,
    output: usage.output_tokens,
    reasoning: output?.reasoning_tokens,
  };
}
