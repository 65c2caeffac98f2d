import type { Authority } from '../ports/authority.ts';

/** Knows of no resource, so nobody may read any. */
export const closedAuthority: Authority = {
  readers: async () => new Map(),
  learn: async () => {},
  watch: () => () => {},
};
