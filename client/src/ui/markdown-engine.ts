import type { Block } from './markdown-block.ts';

/**
 * The Markdown reader is a quarter of all the code and is not needed to show words: they come at once as
 * plain text, and take their form when it has arrived.
 */
let engine: typeof import('./markdown.ts') | null = null;
const finished = new Map<string, readonly Block[]>();
const KEPT = 3_000;

/** Brings the reader; false when it could not be loaded, and texts stay plain. */
export async function loadMarkdown(): Promise<boolean> {
  try {
    engine ??= await import('./markdown.ts');
    return true;
  } catch {
    return false; // words without form are still words; the next room on the page tries again
  }
}

/** The blocks of a finished text; the newest few thousand are kept, as entries are shown again and again. */
export function finishedBlocks(text: string): readonly Block[] {
  if (engine === null) return [{ kind: 'plain', text }];
  const known = finished.get(text);
  if (known !== undefined) return known;
  const blocks = engine.blocksOf(text);
  const oldest = finished.keys().next();
  if (finished.size >= KEPT && oldest.done === false) finished.delete(oldest.value);
  finished.set(text, blocks);
  return blocks;
}

/** Blocks of a text that is still arriving; `cache` belongs to that one text and makes all but the tail free. */
export function streamingBlocks(text: string, cache: Map<string, Block>): readonly Block[] {
  return engine === null ? [{ kind: 'plain', text }] : engine.streamingBlocks(text, cache);
}
