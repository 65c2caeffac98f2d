import { z } from 'zod';
import type { Model, Tokenizer } from '../../ports/model.ts';
import type { Clock, Log } from '../../ports/system.ts';
import type { Pseudonym } from '../../ports/vault.ts';
import { demoModel } from './model-demo.ts';
import { openAiModel } from './model-openai.ts';
import { UnknownFields } from './unknown-fields.ts';
import { RoutedModel, type RouteDeps } from './routed-model.ts';

/** What the operator said about the model; all of it may be absent. */
export interface ModelConfig {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly name: string | undefined;
}

export interface ChooseModelDeps extends RouteDeps {
  readonly clock: Clock;
  readonly tokenizer: Tokenizer;
  readonly pseudonym: Pseudonym;
  readonly log: Log;
  /** Where a local Ollama would be. */
  readonly ollama?: string;
}

const OPENAI = 'https://api.openai.com/v1';
const OLLAMA = 'http://127.0.0.1:11434';
const DEFAULT_MODEL = 'gpt-4.1-mini';
/** A start must not wait for a server that is not there. */
const OLLAMA_MS = 300;

/** The configured endpoint; else a local Ollama that answers at once and has a model; else the demo model. */
export async function chooseModel(config: ModelConfig, deps: ChooseModelDeps): Promise<RoutedModel | Model> {
  if (config.baseUrl !== undefined || config.apiKey !== undefined) return configured(config, deps);
  const { ollama = OLLAMA } = deps;
  const model = pick(await ollamaModels(ollama, deps.clock), config.name);
  if (model === undefined) return demoModel(deps);
  return single({ baseURL: `${ollama}/v1`, apiKey: 'ollama', model, name: `${model} (local Ollama)` }, deps);
}

function configured(config: ModelConfig, deps: ChooseModelDeps): RoutedModel {
  const baseURL = config.baseUrl ?? OPENAI;
  const model = config.name ?? DEFAULT_MODEL;
  // Local servers take any key, and the library insists on one.
  const apiKey = config.apiKey ?? 'none';
  return single({ baseURL, apiKey, model, name: `${model} at ${new URL(baseURL).host}` }, deps);
}

/** A route of one: also a lone endpoint is asked a second time when it stumbles (G2). */
function single({ name, ...at }: Endpoint, deps: ChooseModelDeps): RoutedModel {
  const provider = { provider: new URL(at.baseURL).host, model: at.model };
  const options = { ...deps, ...at, unknown: new UnknownFields(provider, deps.log) };
  const withKey = (apiKey: string): Model => openAiModel({ ...options, apiKey });
  return new RoutedModel(name, [{ provider, key: '', model: openAiModel(options), withKey }], deps);
}

interface Endpoint {
  readonly name: string;
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
}

function pick(models: readonly string[], wanted: string | undefined): string | undefined {
  return wanted === undefined ? models[0] : models.find((name) => name === wanted || name === `${wanted}:latest`);
}

const Tags = z.object({ models: z.array(z.object({ name: z.string() })) });

async function ollamaModels(ollama: string, clock: Clock): Promise<string[]> {
  const patience = new AbortController();
  const cancel = clock.after(OLLAMA_MS, () => patience.abort());
  try {
    const response = await fetch(`${ollama}/api/tags`, { signal: patience.signal });
    const tags = Tags.safeParse(await response.json());
    return tags.success ? tags.data.models.map(({ name }) => name) : [];
  } catch {
    // Nothing answers there, or something else does: both mean that there is no Ollama.
    return [];
  } finally {
    cancel();
  }
}
