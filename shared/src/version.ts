/** The subprotocol a server selects; its number grows when a message changes in a way older sides cannot read. */
export const SUBPROTOCOL = 'parley.v1';
/** Offered beside {@link SUBPROTOCOL}, with the token behind it. */
export const BEARER_PREFIX = 'bearer.';
