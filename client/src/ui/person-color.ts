/** Readable as a caret and, moved in lightness by the theme, as a face and as text in light and dark. */
const PALETTE = ['#c2410c', '#a16207', '#4d7c0f', '#15803d', '#0f766e', '#0369a1', '#1d4ed8', '#6d28d9', '#a21caf', '#be185d'];

/** The colour of somebody whom presence has not shown yet: always the same for one id. */
export function colorOf(id: string): string {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return PALETTE[hash % PALETTE.length] ?? '#57606a';
}

/**
 * Rules that give `--who` a person's colour. A class instead of a `style` attribute, because a page's
 * content security policy may forbid inline styles; every root that shows people adopts this sheet.
 */
export const personSheet = new CSSStyleSheet();
const known = new Set<string>();
const COLOR = /^(?:#[0-9a-f]{6}|hsl\([\d.]+(?:deg)?[ ,]+[\d.]+%[ ,]+[\d.]+%\)|oklch\([\d.% ]+\))$/i;

/** The class that carries a colour; anything that is no plain colour gets none. */
export function colorClass(color: string): string {
  if (!COLOR.test(color)) return 'who-unknown';
  const name = `who-${color.replace(/[^0-9a-z]+/gi, '-').toLowerCase()}`;
  if (!known.has(name)) {
    known.add(name);
    personSheet.insertRule(`.${name} { --who: ${color}; }`);
  }
  return name;
}
