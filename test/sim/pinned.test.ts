import { test } from 'vitest';
import type { Step } from './history.ts';
import { play } from './play.ts';

// Histories that once broke a promise, as they were after shrinking.

test('P8 a ticket that ends unstarted, while another’s answer runs, moves no place in that answer', () => {
  const steps: Step[] = [
    { do: 'ask', device: 0, audience: 'room' },
    { do: 'ask', device: 0, audience: 'room' },
    { do: 'wait', ms: 20 },
    { do: 'withdraw', by: 'author', device: 0, pick: 0 },
    { do: 'wait', ms: 5 },
    { do: 'stop', by: 'author', device: 0, pick: 3 },
    { do: 'crash' },
  ];
  return play({ seed: 0, steps });
});

test('P8 a reader ahead in one of two running answers comes back to their place in both', () => {
  const steps: Step[] = [
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
  ];
  return play({ seed: 7, steps });
});

test('P1 what somebody wrote offline, and may no longer write, does not wait to be saved for ever', () => {
  const steps: Step[] = [
    { do: 'drop', device: 2 },
    { do: 'set', who: 'bob', role: 'reader' },
    { do: 'note', device: 2 },
    { do: 'wait', ms: 0 },
  ];
  return play({ seed: 0, steps });
});

test('T36 whoever lost the right to ask just before a crash is not answered after it', () => {
  const steps: Step[] = [
    { do: 'ask', device: 2, audience: 'room' },
    { do: 'wait', ms: 0 },
    { do: 'set', who: 'bob', role: 'reader' },
    { do: 'hold', by: 'author', device: 0, pick: 0 },
    { do: 'ask', device: 0, audience: 'room' },
    { do: 'wait', ms: 0 },
    { do: 'deliver', device: 0, up: 0, down: 0 },
    { do: 'ask', device: 0, audience: 'room' },
    { do: 'crash' },
    { do: 'cut', who: 'ana' },
    { do: 'wait', ms: 0 },
    { do: 'hold', by: 'author', device: 0, pick: 0 },
  ];
  return play({ seed: 0, steps });
});
