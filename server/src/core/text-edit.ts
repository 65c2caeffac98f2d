/** How one text becomes another: at `index`, `remove` characters give way to `insert`. UTF-16 units. */
export interface TextEdit {
  readonly index: number;
  readonly remove: number;
  readonly insert: string;
}

export type Located = { readonly kind: 'edit'; readonly edit: TextEdit } | { readonly kind: 'none' | 'many' };

/**
 * Puts one passage in the place of another that must be there exactly once. Only what differs is touched, so that
 * cursors and the words that people type beside it stay where they are.
 */
export function replacing(text: string, find: string, replace: string): Located {
  const at = text.indexOf(find);
  if (find === '' || at < 0) return { kind: 'none' };
  if (text.includes(find, at + 1)) return { kind: 'many' };
  const before = commonStart(find, replace);
  const after = commonEnd(find.slice(before), replace.slice(before));
  const edit = {
    index: at + before,
    remove: find.length - before - after,
    insert: replace.slice(before, replace.length - after),
  };
  return { kind: 'edit', edit };
}

/** Puts a passage behind a text, on a line of its own. */
export function appending(text: string, passage: string): TextEdit {
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return { index: text.length, remove: 0, insert: `${gap}${passage}` };
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return isHigh(a, length - 1) ? length - 1 : length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return isLow(a, a.length - length) ? length - 1 : length;
}

/** A character of two units is never cut through: both halves would be lost. */
function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
