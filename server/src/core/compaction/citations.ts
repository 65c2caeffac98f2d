const BRACKETS = /\[([^\][]{1,200})\]/g;

/** The entries that a digest names, `[12]` or `[3, 12]`, each once, in the order in which they come. */
export function citations(text: string): readonly string[] {
  const found = [...text.matchAll(BRACKETS)].flatMap(([, inside = '']) => inside.split(/[\s,;]+/));
  return [...new Set(found.filter((one) => NUMBER.test(one)))];
}

const NUMBER = /^(?:me\.)?\d{1,9}$/;
