/** Twelve hues at one luminance (0.19): contrast is at least 4:1 on white and on near-black alike. */
const PALETTE = [
  '#d14a53',
  '#c35b02',
  '#9f7000',
  '#7d7d00',
  '#308a15',
  '#05896b',
  '#05868c',
  '#0f82ab',
  '#3876dd',
  '#7f66da',
  '#aa57bd',
  '#c64c8d',
] as const;

/** The one colour of a person, the same on every node and after every restart, as `#rrggbb`. */
export function personColor(user: string): (typeof PALETTE)[number] {
  // The high half: short names that differ in a letter come close together in the low one.
  const index = (fnv1a(user) >>> 16) % PALETTE.length;
  return PALETTE[index] ?? PALETTE[0];
}

/** FNV-1a over UTF-16 units: spreads similar names; nothing secret depends on it. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
