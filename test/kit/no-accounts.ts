import type { Accounts } from '@parley/server/ports/accounts';

/** No tool takes an account. */
export const noAccounts: Accounts = {
  linked: async () => null,
  begin: () => null,
  pending: () => null,
  finish: async () => 'refused',
  unlink: async () => {},
};
