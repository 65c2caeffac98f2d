import { PEOPLE, type Action, type History, type Person } from './history.ts';

type Ask = Extract<Action, { type: 'ask' }>;

/**
 * A history as a whole room can act it: each saying has words of its own, what is asked for a call is decided at once
 * (a turn that waits holds its lane), and what acts is a mail to whoever asked. Writing into the notes is tested apart.
 */
export function comparable(history: History): History {
  return history.flatMap((action, index): readonly Action[] => {
    switch (action.type) {
      case 'say':
        return [{ ...action, words: index }];
      case 'ask':
        return asked({ ...action, words: index, act: action.act === 'none' ? 'none' : 'send' });
      case 'decide':
        return [];
      default:
        return [action];
    }
  });
}

/** Somebody else presses first, then the asker one that was not shown, and then the one that waits. */
function asked(ask: Ask): readonly Action[] {
  if (ask.act === 'none') return [ask];
  const press = (by: Person, more: { readonly stale?: boolean; readonly approve?: boolean }): Action => {
    const { stale = false, approve = true } = more;
    return { type: 'decide', by, lane: ask.lane, approval: 0, foreign: by !== ask.by, approve, stale };
  };
  const other = PEOPLE.find((person) => person !== ask.by) ?? ask.by;
  return [ask, press(other, {}), press(ask.by, { stale: true }), press(ask.by, { approve: ask.words % 3 !== 0 })];
}
