import { createHash } from 'node:crypto';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { buildContext, type Context, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { boundaryOf } from '@parley/server/core/context/envelope';
import type { Author, Entry } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';

export const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
export const salts = { room: 'room-salt', lane: 'lane-salt' };
export const boundary = boundaryOf(salts.room, hash);
export const tokenizer = o200kTokenizer();
export const ana: Author = { id: 'ana', name: 'Ana', kind: 'user' };
export const ben: Author = { id: 'ben', name: 'Ben', kind: 'user' };
const ai: Author = { id: 'ai', name: 'AI', kind: 'ai' };

/** One item of a lane. */
export type Said = Partial<Omit<Entry, 'turn'>> & {
  readonly turn?: string;
  readonly tokens?: number;
  readonly after?: number;
};

export function item(seq: number, { turn, tokens, after, ...rest }: Said): ContextItem {
  const entry: Entry = {
    ...{ id: `e_${seq}` as EntryId, seq, kind: 'message', author: ben, text: '', at: 1_000 + seq },
    ...rest,
    ...(turn === undefined ? {} : { turn: `t_${turn}` as TurnId }),
  };
  const counted = { entry, tokens: tokens ?? tokenizer.count(entry.text), influence: [entry.author.id] };
  return after === undefined ? counted : { ...counted, after };
}

export const items = (...said: readonly Said[]): ContextItem[] => said.map((one, index) => item(index + 1, one));
export const said = (text: string, more: Said = {}): Said => ({ text, ...more });
export const asked = (text: string, turn: string, more: Said = {}): Said => ({
  ...{ author: ana, text, turn, kind: 'prompt' },
  ...more,
});
export const answered = (text: string, turn: string): Said => ({
  ...{ author: ai, text, turn, kind: 'answer', outcome: 'completed' },
});

export function build(room: readonly ContextItem[], more: Partial<ContextInput> = {}): Context {
  const prompt = { seq: room.length + 1, author: ana, text: 'the prompt', tokens: 2 };
  return buildContext({ salts, room, own: null, prompt, quotes: null, budget: 32_000, hash, ...more });
}

/** All that is sent behind the system text. */
export function everything({ messages }: Context): string {
  return messages
    .slice(1)
    .map(({ content }) => content)
    .join('\n');
}

/** The places that stand in references. */
export function references(context: Context): string[] {
  return [...everything(context).matchAll(new RegExp(`<parley-${boundary} =([^#]+)#`, 'g'))].flatMap(
    ([, places]) => places ?? [],
  );
}
