/** One value among the arguments of a call, and where it stands in them. */
export interface ArgumentRow {
  /** Names of the way to it, for people; empty when the arguments are one plain value. */
  readonly path: readonly string[];
  /** A string as it is, anything else as JSON. */
  readonly value: string;
  readonly kind: 'text' | 'other';
}

const MOST_ROWS = 200;
const DEEPEST = 6;

/** The arguments of a call as a table; null when they are better read as they are. `canonical`: RFC 8785 JSON. */
export function argumentRows(canonical: string): readonly ArgumentRow[] | null {
  const rows = rowsOf(parse(canonical), []);
  return rows.length > MOST_ROWS ? null : rows;
}

/** The server writes them as JSON; what is not is one plain text. */
function parse(canonical: string): unknown {
  try {
    return JSON.parse(canonical);
  } catch {
    return canonical;
  }
}

function rowsOf(value: unknown, path: readonly string[]): ArgumentRow[] {
  const parts = path.length < DEEPEST ? partsOf(value) : [];
  if (parts.length > 0) return parts.flatMap(([name, part]) => rowsOf(part, [...path, name]));
  if (path.length === 0 && isEmpty(value)) return [];
  const text = typeof value === 'string';
  return [{ path, value: text ? value : JSON.stringify(value), kind: text ? 'text' : 'other' }];
}

function partsOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((part, index): [string, unknown] => [String(index + 1), part]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && partsOf(value).length === 0;
}
