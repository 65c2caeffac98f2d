/** A text without its Markdown marks, for reading aloud. */
export function plainText(text: string): string {
  return text
    .replace(/^\s*(?:[#>]+|[-*+]|```.*)\s*/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`~]+/g, '');
}
