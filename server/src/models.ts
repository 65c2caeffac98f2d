import { VaultKeys, type VaultKeysDeps } from './adapters/credentials/provider-keys.ts';
import { chooseModel, type ModelConfig } from './adapters/model/choose-model.ts';
import { KeyedBatches } from './adapters/model/keyed-batches.ts';
import { openAiModel } from './adapters/model/model-openai.ts';
import { ModelMenu } from './adapters/model/model-menu.ts';
import { ProviderSlots } from './adapters/model/provider-slots.ts';
import { RetryBudgets } from './adapters/model/retry-budgets.ts';
import { RoutedModel, type RouteDeps } from './adapters/model/routed-model.ts';
import { Standbys } from './adapters/model/standbys.ts';
import { TargetHealths, type Target } from './adapters/model/target-healths.ts';
import { UnknownFields } from './adapters/model/unknown-fields.ts';
import type { ModelRoute, ModelTarget } from './config-models.ts';
import type { BatchAccounts, BatchingModel } from './ports/batches.ts';
import { declaredCaching } from './core/warming/worth-warming.ts';
import type { Model, Tokenizer } from './ports/model.ts';
import type { CallKeys, ProviderKeys } from './ports/provider-keys.ts';
import type { Pseudonym } from './ports/vault.ts';

export interface ModelsDeps extends Omit<VaultKeysDeps, 'providers'> {
  readonly pseudonym: Pseudonym;
  readonly tokenizer: Tokenizer;
  readonly random: () => number;
}

export interface Models {
  readonly model: BatchingModel;
  readonly keys: ProviderKeys;
}

interface ModelsConfig {
  readonly models: readonly ModelRoute[];
  readonly model: ModelConfig;
}

/** The models of this server, and the keys that people may bring for their providers. */
export async function openModels(config: ModelsConfig, deps: ModelsDeps): Promise<Models> {
  const { clock } = deps;
  const providers = new Map<string, string[]>();
  const keys = new VaultKeys({ ...deps, providers });
  const healths = new TargetHealths(clock);
  const route = { ...deps, healths, budgets: new RetryBudgets(clock), slots: new ProviderSlots(clock), keys };
  const models = await modelsOf(config, route, deps);
  for (const model of models)
    for (const provider of new Set(model instanceof RoutedModel ? model.providers : []))
      providers.set(provider, [...(providers.get(provider) ?? []), model.name]);
  return { model: new ModelMenu(models, batchesOf(config.models[0]?.targets ?? [], keys)), keys };
}

/** Those of `PARLEY_MODELS`, else the one endpoint, else whatever is at hand. */
async function modelsOf(
  { models, model }: ModelsConfig,
  route: RouteDeps,
  deps: ModelsDeps,
): Promise<readonly [Model, ...Model[]]> {
  const routes = models.map(({ name, targets }) => ({ name, targets: targets.map((each) => targetOf(each, deps)) }));
  const [first, ...others] = routes.map(({ name, targets }) => new RoutedModel(name, targets, route));
  if (first === undefined) return [await chooseModel(model, { ...deps, ...route })];
  new Standbys({ ...deps, ...route, targets: routes.flatMap(({ targets }) => targets.slice(1)) }).start();
  return [first, ...others];
}

/** G9: at the first target of the model that people get which the operator says takes them. */
function batchesOf(targets: readonly ModelTarget[], keys: CallKeys): BatchAccounts | null {
  const target = targets.find(({ batch }) => batch);
  if (target === undefined) return null;
  const { baseUrl: baseURL, model, apiKey, batchPrice } = target;
  return new KeyedBatches(
    { baseURL, model, apiKey: apiKey ?? 'none', ...(batchPrice === null ? {} : { price: batchPrice }) },
    keys,
  );
}

function targetOf(target: ModelTarget, { clock, tokenizer, pseudonym, log }: ModelsDeps): Target {
  const { baseUrl: baseURL, model, apiKey, keyEnv, policy, price } = target;
  const { api, cacheSalt, breakpoints, cacheSeconds, firstTokenSeconds, idleSeconds } = target;
  const provider = { provider: new URL(baseURL).host, model };
  const options = {
    ...{ baseURL, model, api, cacheSalt, breakpoints: breakpoints ?? undefined },
    ...{ tokenizer, clock, pseudonym, unknown: new UnknownFields(provider, log) },
    ...{ firstTokenMs: firstTokenSeconds * 1000, idleMs: idleSeconds * 1000 },
  };
  const withKey = (secret: string): Model => {
    const called = openAiModel({ ...options, apiKey: secret });
    return policy.tools ? called : withoutTools(called);
  };
  return {
    provider: price === null ? provider : { ...provider, price },
    key: keyEnv ?? '',
    // Local servers take any key, and the library insists on one.
    model: withKey(apiKey ?? 'none'),
    withKey,
    ...(cacheSeconds === null ? {} : { caching: declaredCaching(cacheSeconds * 1000) }),
  };
}

function withoutTools(model: Model): Model {
  return {
    ...model,
    stream: (request, signal) => model.stream({ ...request, tools: [], allowedTools: [] }, signal),
  };
}
