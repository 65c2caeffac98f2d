import type { BatchAccounts, BatchingModel } from '../../ports/batches.ts';
import type { Caching } from '../../core/warming/worth-warming.ts';
import type { Model, ModelEvent, ModelRequest } from '../../ports/model.ts';

/** Several models as one: a call goes to the one that it names, and to the first when it names none of them. */
export class ModelMenu implements BatchingModel {
  readonly name: string;
  readonly choices: readonly string[];
  readonly saysReady: boolean;
  readonly batches?: BatchAccounts;
  readonly #first: Model;
  readonly #models: ReadonlyMap<string, Model>;

  constructor(models: readonly [Model, ...Model[]], batches: BatchAccounts | null) {
    if (batches !== null) this.batches = batches;
    const [first] = models;
    this.#first = first;
    this.name = first.name;
    this.choices = models.map(({ name }) => name);
    this.saysReady = models.every(({ saysReady }) => saysReady === true);
    this.#models = new Map(models.map((model) => [model.name, model]));
  }

  cachingOf(choice: string): Caching | undefined {
    return this.#chosen(choice).cachingOf?.(choice);
  }

  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> {
    return this.#chosen(request.model ?? this.name).stream(request, signal);
  }

  #chosen(name: string): Model {
    return this.#models.get(name) ?? this.#first;
  }
}
