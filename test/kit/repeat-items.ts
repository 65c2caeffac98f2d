import type { Context } from '@parley/server/core/context/context';
import { ana, ben, boundary, contents, asked as askedBy, said as saidBy, type Line } from './context-items.ts';

/** Ben says, Ana asks: where words are said again it does not matter who said them. */
export const said = (text: string, more: Line = {}): Line => saidBy(ben, text, more);
export const asked = (text: string, turn: string, more: Line = {}): Line => askedBy(ana, text, turn, more);

/** All that is sent behind the system text. */
export const everything = (context: Context): string => contents(context).slice(1).join('\n');

/** The places that stand in references. */
export const references = (context: Context): string[] =>
  [...everything(context).matchAll(new RegExp(`<parley-${boundary} =([^#]+)#`, 'g'))].flatMap(
    ([, places]) => places ?? [],
  );
