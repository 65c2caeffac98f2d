import { hostDigest } from '@parley/server/adapters/host/system';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { buildContext, type Context, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { boundaryOf, readEnvelopes } from '@parley/server/core/context/envelope';
import type { Author, Entry } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';

export const hash = hostDigest;
export const salts = { room: 'room-salt', lane: 'lane-salt' };
export const boundary = boundaryOf(salts.room, hash);
export const tokenizer = o200kTokenizer();

export const ana: Author = { id: 'ana', name: 'Ana', kind: 'user' };
export const ben: Author = { id: 'ben', name: 'Ben', kind: 'user' };
export const ai: Author = { id: 'ai', name: 'AI', kind: 'ai' };

/** What a test says of an entry; the rest is as it does not matter. `tokens` is the stored count, `after` the anchor in the room. */
export type Line = Omit<Partial<Entry>, 'turn'> & { turn?: string; tokens?: number; after?: number };

/** An entry as the builder is given it; its tokens are counted when the test does not say how many. */
export function item(seq: number, line: Line): ContextItem {
  const { tokens, after, turn, ...rest } = line;
  const entry: Entry = {
    id: `e_${seq}` as EntryId,
    seq,
    kind: 'message',
    author: ana,
    text: `words ${seq}`,
    at: 1_000 + seq,
    ...rest,
    ...(turn === undefined ? {} : { turn: `t_${turn}` as TurnId }),
  };
  const counted = { entry, tokens: tokens ?? tokenizer.count(entry.text), influence: [entry.author.id] };
  return after === undefined ? counted : { ...counted, after };
}

/** The lines as a lane has them, numbered from 1. */
export const items = (...lines: Line[]): ContextItem[] => lines.map((line, index) => item(index + 1, line));

export const said = (author: Author, text: string, more: Line = {}): Line => ({ author, text, ...more });

export const asked = (author: Author, text: string, turn: string, more: Line = {}): Line => ({
  author,
  text,
  turn,
  kind: 'prompt',
  ...more,
});

export const answered = (text: string, turn: string, more: Line = {}): Line => ({
  author: ai,
  text,
  turn,
  kind: 'answer',
  outcome: 'completed',
  ...more,
});

/** What the model is sent when Ana asks after all of it, unless the test says otherwise. */
export function build(room: readonly ContextItem[], more: Partial<ContextInput> = {}): Context {
  const prompt = { seq: room.length + 1, author: ana, text: 'the prompt', tokens: 2 };
  return buildContext({ salts, room, own: null, prompt, quotes: null, budget: 32_000, hash, ...more });
}

export const contents = ({ messages }: Context): string[] => messages.map(({ content }) => content);
export const everything = (context: Context): string => contents(context).join('\n');
export const rolesOf = ({ messages }: Context): string => messages.map(({ role }) => role).join(' ');

/** The envelopes of people's words, read back from the bytes. */
export const envelopesOf = ({ messages }: Context): ReturnType<typeof readEnvelopes> =>
  messages.filter(({ role }) => role === 'user').flatMap(({ content }) => readEnvelopes(boundary, content));

/** A short talk with one answered prompt in it. */
export const TALK: readonly ContextItem[] = items(
  said(ben, 'I will be late'),
  asked(ana, 'who is late?', 'a'),
  said(ben, 'never mind', {}),
  answered('Ben is.', 'a'),
  said(ben, 'sorry'),
);
