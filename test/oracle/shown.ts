import type { LaneName } from './history.ts';

/** What one person has in front of them, entry by entry. */
export type Shown = readonly string[];

interface ShownEntry {
  readonly lane: LaneName;
  readonly author: string;
  readonly body: string;
  readonly gone: boolean;
  readonly resources: readonly string[];
  readonly seq: number;
  readonly after: number | null;
}

/** One entry as it is compared: what people and the AI said, and of a notice the number that it tells. */
export function shownLine({ lane, author, body, gone, resources, seq, after }: ShownEntry): string {
  const number = /^\d+/.exec(body)?.[0] ?? '';
  const answer = /^a\.\d+\.$/.exec(body)?.[0] ?? 'nothing';
  const said = author === 'ai' ? answer : author === 'system' ? number : body;
  // Only what stands apart says behind which entry of the lane it came.
  const place = resources.length === 0 ? `${seq}` : `${seq} after ${after ?? ''}`;
  return [lane, author, gone ? 'taken away' : said, resources.join('+'), place].join(' | ');
}

type ViewItem = [lane: string, author: string, body: string, resources: string[], seq: number, after: number];

/** The entries of a view of the model. */
export function shownBy(view: string | undefined): Shown {
  const { items } = JSON.parse(view ?? '{"items":[]}') as { items: ViewItem[] };
  return items
    .map(([lane, author, body, resources, seq, after]) =>
      shownLine({ lane: lane === 'room' ? 'room' : 'me', author, body, gone: body === '', resources, seq, after }),
    )
    .toSorted();
}

/** What was said, read and written, wherever it stands in a text, each once. */
export function canariesOf(text: string): readonly string[] {
  return [...new Set(text.match(/w\.\w+\.\w+\.\d+\.|[an]\.\d+\.|content of [DE]/g))].toSorted();
}
