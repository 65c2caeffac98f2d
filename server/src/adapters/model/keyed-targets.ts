import type { Caller } from '../../ports/model.ts';
import type { CallKey, CallKeys } from '../../ports/provider-keys.ts';
import type { Target } from './target-healths.ts';

/**
 * The targets of a route as one caller reaches them: each with the keys that it may be called with, best first (G5).
 * A key makes another target of it, with a breaker, a rest and places of its own (G3): what one person's key meets
 * tells nobody else's calls anything.
 */
export async function keyedTargets(
  targets: readonly Target[],
  caller: Caller | null,
  keys: CallKeys,
): Promise<readonly Target[]> {
  if (caller === null) return targets;
  const each = targets.map(async (target) => {
    const { withKey } = target;
    if (withKey === undefined) return [target];
    const held = await keys.forCall(caller, target.provider.provider);
    return held.map((key) => keyed(target, withKey, key));
  });
  return (await Promise.all(each)).flat();
}

function keyed(target: Target, withKey: NonNullable<Target['withKey']>, key: CallKey): Target {
  if (key.of === 'server') return target;
  const provider = { ...target.provider, keyOf: key.of };
  return { provider, key: key.name, model: withKey(key.secret) };
}
