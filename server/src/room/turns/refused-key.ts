import type { ModelFailure, Provider } from '../../ports/model.ts';

/** What whoever asked is told when a key that they or their tenant brought is not accepted; null for any other failure (G5). */
export function refusedKey(failure: ModelFailure, from: Provider | undefined): string | null {
  if (failure !== 'auth' || from === undefined) return null;
  if (from.keyOf === 'speaker')
    return `Your own key for ${from.provider} was not accepted. Replace it or take it away.`;
  const tenants = `The key of your organisation for ${from.provider} was not accepted. An admin can replace it.`;
  return from.keyOf === 'tenant' ? tenants : null;
}
