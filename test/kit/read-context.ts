import type { Context } from '@parley/server/core/context/context';

/** An item as a reader of the bytes alone finds it, with what its references stand for. */
export interface ReadItem {
  readonly cite: string;
  readonly text: string;
}

/** Reads a context of a room by its bytes, and puts the passage in the place of each reference. It shares no code with what wrote it. */
export function readContext({ messages }: Context, boundary: string): ReadItem[] {
  const read = new Map<string, readonly string[]>();
  const open = new RegExp(`^<(said|answered)-${boundary} n="([^"]*)"`);
  let last = '';
  for (const { role, content } of messages.slice(1)) {
    if (role === 'assistant') read.set(`a${last}`, content.split('\n'));
    if (role !== 'user') continue;
    let body: string[] | null = null;
    for (const line of content.split('\n')) {
      const begin = open.exec(line);
      if (begin) [last, body] = [begin[2] ?? '', []];
      else if (/^<\/(?:said|answered)-/.test(line) && line.includes(boundary)) {
        read.set(last, body ?? []);
        body = null;
      } else body?.push(...resolved(line, boundary, read));
    }
  }
  return [...read].map(([cite, lines]) => ({ cite, text: lines.join('\n') }));
}

function resolved(line: string, boundary: string, read: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new RegExp(`^(.*)<parley-${boundary} =(.+):(\\d+)-(\\d+)#.{6}>$`).exec(line);
  if (!found) return [line];
  const [, quote = '', cite = '', from, to] = found;
  const source = read.get(cite);
  if (source === undefined) throw new Error(`a reference to ${cite}, which is not there`);
  const passage = source.slice(Number(from) - 1, Number(to));
  if (passage.length !== Number(to) - Number(from) + 1) throw new Error(`a reference to lines that ${cite} has not`);
  return passage.map((one) => {
    const words = one.replace(/^(?: {0,3}>|\t>)+ ?/, '');
    return words === '' ? quote.trimEnd() : quote + words;
  });
}
