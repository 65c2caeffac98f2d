import { ok, refuse, type Result } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import { resourceStrings as words, somePeople } from './admin-strings-resources.ts';

const MOST_READERS = 10_000;

/** The ids in a text, each once; the words that are none are the refusal's. */
export function readPeople(text: string): Result<readonly UserId[]> {
  const written = [...new Set(text.split(/[\s,;]+/u).filter(Boolean))];
  const wrong = written.filter((one) => !UserId.safeParse(one).success);
  if (wrong.length > 0) return refuse('bad_request', words.wrongPeople(wrong));
  if (written.length > MOST_READERS) return refuse('bad_request', words.tooMany);
  return ok(written.map((one) => UserId.parse(one)));
}

/** What saying `after` does to whom, in sentences; empty when it is what holds. `before` null: nothing was said. */
export function factsOf(before: readonly UserId[] | null, after: readonly UserId[]): readonly string[] {
  const had = new Set(before ?? []);
  const has = new Set(after);
  const gains = after.filter((user) => !had.has(user));
  const loses = [...had].filter((user) => !has.has(user));
  if (before !== null && gains.length === 0 && loses.length === 0) return [];
  const stays = after.length - gains.length;
  return [
    ...(gains.length > 0 ? [words.gains(somePeople(gains))] : []),
    ...(loses.length > 0 ? [words.loses(somePeople(loses))] : []),
    ...(stays > 0 ? [words.stays(stays)] : []),
    ...(after.length === 0 ? [words.nobodyLeft] : []),
    ...(before === null ? [words.unsaid] : []),
  ];
}
