import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DATA = join(import.meta.dirname, '../data/irc-ubuntu');
const LINE = /^\[\d\d:\d\d\] <([^>]+)> (?:([^\s:,]+)[:,] )?(.*)$/;

export interface Answered {
  readonly question: string;
  /** All that somebody said to whoever asked before others spoke, a line each. */
  readonly answer: string;
}

/** Who answered whom in real conversation, in order: a list for each day of the corpus (see test/data/README.md). */
export function ircAnswers(): Answered[][] {
  return readdirSync(DATA)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => answersOf(readFileSync(join(DATA, name), 'utf8').split('\n')));
}

function answersOf(lines: readonly string[]): Answered[] {
  const lastOf = new Map<string, string>();
  const answers: Answered[] = [];
  let open: { by: string; question: string; said: string[] } | null = null;
  for (const line of lines) {
    const [, by = '', to = '', text = ''] = LINE.exec(line) ?? [];
    if (by === '') continue;
    if (open !== null && open.by !== by) {
      answers.push({ question: open.question, answer: open.said.join('\n') });
      open = null;
    }
    const question = lastOf.get(to);
    if (open !== null) open.said.push(text);
    else if (question !== undefined) open = { by, question, said: [text] };
    lastOf.set(by, text);
  }
  return answers;
}
