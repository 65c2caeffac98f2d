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
  const found = new RegExp(`^(.*)<parley-${boundary} =(.+)#.{6}>$`).exec(line);
  if (!found) return [line];
  const [, quote = '', places = ''] = found;
  return places.split(',').flatMap((place) => {
    const [, cite = '', from = '', to = ''] = /^(.+):(\d+)-(\d+)$/.exec(place) ?? [];
    return passage(read.get(cite), Number(from), Number(to)).map((one) => {
      const words = one.replace(/^(?: {0,3}>|\t>)+ ?/, '');
      return words === '' ? quote.trimEnd() : quote + words;
    });
  });
}

function passage(source: readonly string[] | undefined, from: number, to: number): readonly string[] {
  if (source === undefined) throw new Error('a reference to what is not there');
  const lines = source.slice(from - 1, to);
  if (lines.length !== to - from + 1) throw new Error('a reference to lines that are not there');
  return lines;
}
