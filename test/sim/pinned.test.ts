import { test } from 'vitest';
import type { History } from './history.ts';
import { play } from './play.ts';

/** Histories that once broke a promise, as they were after shrinking. */
const PINNED: readonly { readonly title: string; readonly history: History }[] = [
  {
    title: 'P8 a ticket that ends unstarted, while another’s answer runs, moves no place in that answer',
    history: {
      seed: 0,
      steps: [
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'wait', ms: 20 },
        { do: 'withdraw', by: 'author', device: 0, pick: 0 },
        { do: 'wait', ms: 5 },
        { do: 'stop', by: 'author', device: 0, pick: 3 },
        { do: 'crash' },
      ],
    },
  },
  {
    title: 'P8 a reader ahead in one of two running answers comes back to their place in both',
    history: {
      seed: 7,
      steps: [
        { do: 'ask', device: 0, audience: 'me' },
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'drop', device: 1 },
        { do: 'wait', ms: 60 },
        { do: 'stop', by: 'author', device: 0, pick: 2 },
        { do: 'wait', ms: 5 },
        { do: 'wait', ms: 0 },
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'wait', ms: 0 },
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'say', device: 0, audience: 'room' },
        { do: 'cut', who: 'ana' },
        { do: 'hold', by: 'author', device: 0, pick: 0 },
        { do: 'ask', device: 0, audience: 'room' },
        { do: 'wait', ms: 0 },
        { do: 'drop', device: 0 },
      ],
    },
  },
  {
    title: 'P1 what somebody wrote offline, and may no longer write, does not wait to be saved for ever',
    history: {
      seed: 0,
      steps: [
        { do: 'drop', device: 2 },
        { do: 'set', who: 'bob', role: 'reader' },
        { do: 'note', device: 2 },
        { do: 'wait', ms: 0 },
      ],
    },
  },
];

for (const { title, history } of PINNED) test(title, () => play(history));
