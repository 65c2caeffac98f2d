import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle } from '@parley/client/ui/settle-markdown';

test.each([
  ['**bol', '**bol**'],
  ['**bold** and *it', '**bold** and *it*'],
  ['a **b *c', 'a **b *c***'],
  ['ends **', 'ends '],
  ['`co', '`co`'],
  ['``a ` b', '``a ` b``'],
  ['`done` then', '`done` then'],
  ['~~old', '~~old~~'],
  ['snake_case_name', 'snake_case_name'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['\\*not', '\\*not'],
  ['[text](https://ex', 'text'],
  ['[text', 'text'],
  ['![alt](https://ex', ''],
  ['see [text](https://example.org) now', 'see [text](https://example.org) now'],
  ['Text\n-', 'Text\n'],
  ['Text\n==', 'Text\n'],
  ['list\n1.', 'list\n'],
  ['#', ''],
  ['```js\nlet a = "**"', '```js\nlet a = "**"'],
  ['```js\nlet a\n``', '```js\nlet a\n'],
  ['```js\nlet a\n```', '```js\nlet a\n```'],
  ['| a | b |', ''],
  ['| a | b |\n|--', ''],
  ['| a | b |\n|---|---|\n| 1', '| a | b |\n|---|---|\n| 1'],
  ['first **closed**\n\nsecond **op', 'first **closed**\n\nsecond **op**'],
])('UI half a Markdown text %j is shown as %j', (half, shown) => {
  expect(settle(half)).toBe(shown);
});

test('UI a whole text of plain words is never changed', () => {
  const words = fc.array(fc.stringMatching(/^[a-zA-Z][a-zA-Z ,.!?]{0,20}[a-z]$/), { minLength: 1 });
  fc.assert(fc.property(words, (lines) => settle(lines.join('\n')) === lines.join('\n')));
});

test('UI settling any text throws nothing and adds no more than the marks it closes', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('*', '_', '`', '[', ']', '(', ')', '|', '-', '\n', ' ', 'a', '#', '~', '\\') }),
      (text) => settle(text).length <= text.length * 2 + 8,
    ),
  );
});
