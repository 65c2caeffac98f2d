/**
 * A JSON value as the one text that RFC 8785 gives it: keys sorted by UTF-16 code units, no spaces, numbers and
 * strings as ECMAScript writes them. Equal values have equal texts, so a digest of it names the value.
 * Throws on what is not JSON: a number that is not finite, undefined, a lone surrogate.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return `{${members(value).join(',')}}`;
  throw new TypeError(`not JSON: ${typeof value}`);
}

function members(value: object): string[] {
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
}
