import type { Accounts } from '@parley/server/ports/accounts';

/** A server at which nobody can link an account. */
export const noAccounts: Accounts = {
  linked: async () => null,
  begin: () => null,
  pending: () => null,
  finish: async () => 'refused',
  unlink: async () => null,
  withdraw: async () => {},
};
