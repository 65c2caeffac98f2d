/**
 * Rules that give `--who` a person's colour. A class instead of a `style` attribute, because a page's
 * content security policy may forbid inline styles; every root that shows people adopts this sheet.
 */
export const personSheet = new CSSStyleSheet();
const known = new Set<string>();
const COLOR = /^#[0-9a-f]{6}$/i;

/** The class that carries a colour; anything that is no plain colour gets none. */
export function colorClass(color: string): string {
  if (!COLOR.test(color)) return 'who-unknown';
  const name = `who-${color.slice(1).toLowerCase()}`;
  if (!known.has(name)) {
    known.add(name);
    personSheet.insertRule(`.${name} { --who: ${color}; }`);
  }
  return name;
}
