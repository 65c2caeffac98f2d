import { cleanName } from '../context/clean-name.ts';
import type { Neutral } from '../context/envelope.ts';

/** Markdown, quotation marks of any script and brackets are no part of a title. */
const MARKS = /[`*_#~|<>[\]{}"\p{Pi}\p{Pf}]/gu;
const ADDRESS = /\b(?:https?:\/\/|www\.)\S*/giu;
const LABEL = /^\s*titles?\s*:\s*/iu;

/**
 * A title as a model gave it, made harmless (R13) and short: one line of at most 80 characters without markup or
 * addresses. Null when nothing of it is left.
 */
export function titleFrom(text: string, { plain }: Neutral): string | null {
  const line = plain(text)
    .split('\n')
    .find((each) => each.trim() !== '');
  if (line === undefined) return null;
  const title = cleanName(line.replace(ADDRESS, '').replaceAll('&lt;', '').replace(MARKS, '').replace(LABEL, ''));
  const ended = title.replace(/[.。]+$/u, '').trim();
  return /[\p{L}\p{N}]/u.test(ended) ? ended : null;
}
