import { PEOPLE, type Action, type History, type Person } from './history.ts';

type Ask = Extract<Action, { type: 'ask' }>;

/** Each saying has words of its own, so that finding them again means that they are those. */
export function numbered(history: History): History {
  return history.map((action, index) => ('words' in action ? { ...action, words: index } : action));
}

/**
 * A history as a whole room can act it. Of what is asked for a call some is decided at once, so that histories come
 * far, and the rest waits for what happens meanwhile.
 */
export function comparable(history: History): History {
  return numbered(history).flatMap((action) => (action.type === 'ask' ? asked(action) : [action]));
}

/** Somebody else presses first, then the asker for one that was not shown, and then for the one that waits. */
function asked(ask: Ask): readonly Action[] {
  if (ask.act === 'none' || ask.words % 2 === 0) return [ask];
  const press = (by: Person, more: { readonly stale?: boolean; readonly approve?: boolean }): Action => {
    const { stale = false, approve = true } = more;
    return { type: 'decide', by, lane: ask.lane, approval: 0, foreign: by !== ask.by, approve, stale };
  };
  const other = PEOPLE.find((person) => person !== ask.by) ?? ask.by;
  return [ask, press(other, {}), press(ask.by, { stale: true }), press(ask.by, { approve: ask.words % 3 !== 0 })];
}
