import { expect, test } from 'vitest';
import { timeline } from '@parley/client/ui/timeline';
import { entries, MORNING } from '../../browser/stories/build.ts';
import { ana, ben } from '../../browser/stories/people.ts';

const kinds = (rows: ReturnType<typeof timeline>): string[] =>
  rows.map((row) => (row.kind === 'entry' ? `${row.entry.seq}${row.continued ? '+' : ''}` : row.kind));

test('UI a day mark stands where a day begins, and one person’s messages in a row share a name', () => {
  const said = entries([
    { by: ben, text: 'a', minute: -24 * 60 },
    { by: ben, text: 'b', minute: 0 },
    { by: ben, text: 'c', minute: 4 },
    { by: ben, text: 'd', minute: 30 },
    { by: ana, text: 'e', minute: 31 },
  ]);
  expect(kinds(timeline(said, null, 'ana'))).toEqual(['day', '1', 'day', '2', '3+', '4', '5']);
  expect(said[1]?.at).toBe(MORNING);
});

test('UI “new since you left” stands once, before the first entry by somebody else', () => {
  const said = entries([
    { by: ben, text: 'a' },
    { by: ana, text: 'b' },
    { by: ben, text: 'c' },
    { by: ben, text: 'd' },
  ]);
  expect(kinds(timeline(said, 1, 'ana'))).toEqual(['day', '1', '2', 'new', '3', '4+']);
  expect(kinds(timeline(said, 4, 'ana'))).not.toContain('new');
});
