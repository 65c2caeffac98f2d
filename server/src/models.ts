import { chooseModel, type ModelConfig } from './adapters/model/choose-model.ts';
import { openAiModel } from './adapters/model/model-openai.ts';
import { ModelMenu } from './adapters/model/model-menu.ts';
import { ProviderSlots } from './adapters/model/provider-slots.ts';
import { RetryBudgets } from './adapters/model/retry-budgets.ts';
import { RoutedModel } from './adapters/model/routed-model.ts';
import { Standbys } from './adapters/model/standbys.ts';
import { TargetHealths, type Target } from './adapters/model/target-healths.ts';
import type { ModelRoute, ModelTarget } from './config-models.ts';
import type { Model, Tokenizer } from './ports/model.ts';
import type { Clock, Log } from './ports/system.ts';

export interface ModelsDeps {
  readonly clock: Clock;
  readonly tokenizer: Tokenizer;
  readonly log: Log;
  readonly random: () => number;
}

/** The models of this server: those of `PARLEY_MODELS`, else the one endpoint, else whatever is at hand. */
export async function openModels(
  { models, model }: { readonly models: readonly ModelRoute[]; readonly model: ModelConfig },
  deps: ModelsDeps,
): Promise<Model> {
  const { clock } = deps;
  const healths = new TargetHealths(clock);
  const route = { ...deps, healths, budgets: new RetryBudgets(clock), slots: new ProviderSlots(clock) };
  const routes = models.map(({ name, targets }) => ({ name, targets: targets.map((each) => targetOf(each, deps)) }));
  const [first, ...others] = routes.map(({ name, targets }) => new RoutedModel(name, targets, route));
  if (first === undefined) return chooseModel(model, route);
  new Standbys({ ...deps, healths, targets: routes.flatMap(({ targets }) => targets.slice(1)) }).start();
  return new ModelMenu([first, ...others]);
}

function targetOf(target: ModelTarget, { clock, tokenizer }: ModelsDeps): Target {
  const { baseUrl: baseURL, model, api, apiKey, keyEnv, policy } = target;
  const { firstTokenSeconds, idleSeconds } = target;
  const patience = { firstTokenMs: firstTokenSeconds * 1000, idleMs: idleSeconds * 1000 };
  // Local servers take any key, and the library insists on one.
  const called = openAiModel({ baseURL, model, api, apiKey: apiKey ?? 'none', tokenizer, clock, ...patience });
  return {
    provider: { provider: new URL(baseURL).host, model },
    key: keyEnv ?? '',
    model: policy.tools ? called : withoutTools(called),
  };
}

function withoutTools(model: Model): Model {
  return {
    name: model.name,
    stream: (request, signal) => model.stream({ ...request, tools: [], allowedTools: [] }, signal),
  };
}
