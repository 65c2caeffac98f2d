import { neutral, type Neutral } from '../../core/context/envelope.ts';
import { PlainStream } from '../../core/context/plain-stream.ts';
import type { Model, ModelEvent, ModelRequest } from '../../ports/model.ts';

/**
 * A model whose words are harmless before anybody sees them or anything keeps them (R13): an answer that imitates a
 * speaker's envelope or a role is only text, in the view, in the journal and in what is sent later.
 */
export class PlainModel implements Model {
  readonly name: string;
  readonly choices: readonly string[];
  readonly saysReady: boolean;
  readonly #model: Model;
  readonly #boundary: () => string;
  #made: { readonly boundary: string; readonly neutral: Neutral } | null = null;

  constructor(model: Model, boundary: () => string) {
    this.name = model.name;
    this.choices = model.choices ?? [model.name];
    this.saysReady = model.saysReady === true;
    this.#model = model;
    this.#boundary = boundary;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const words = new PlainStream(this.#neutral());
    for await (const event of this.#model.stream(request, signal)) {
      const text = event.type === 'text' ? words.push(event.text) : words.end();
      if (text !== '') yield { type: 'text', text };
      if (event.type !== 'text') yield event;
    }
  }

  /** A room keeps its boundary, and to make what looks for it takes longer than to look. */
  #neutral(): Neutral {
    const boundary = this.#boundary();
    if (this.#made?.boundary !== boundary) this.#made = { boundary, neutral: neutral(boundary) };
    return this.#made.neutral;
  }
}
