/**
 * `type:id` as OpenFGA takes it. An id there holds no `:`, `#`, `@` or space, and `*` stands for everybody, so
 * these are written as percent signs and hex, and the percent sign itself with them: different ids stay different.
 */
export function fgaObject(type: 'user' | 'resource', id: string): string {
  return `${type}:${id.replace(/[%:#@*\s]/gu, encoded)}`;
}

function encoded(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
