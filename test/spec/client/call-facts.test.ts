import type { Entry } from '@parley/shared/entry';
import { argumentRows } from '@parley/client/ui/argument-rows';
import { offersFor, type EntryOffers } from '@parley/client/ui/entry-offers';
import { until } from '@parley/client/ui/format';
import { trustOffer } from '@parley/client/ui/trust-offer';
import { visibleText } from '@parley/client/ui/visible-text';
import { capabilitiesOf, type RoomRole } from '@parley/shared/roles';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at } from '../../../server/src/core/tools/call-gate.ts';
import { canonicalJson } from '../../../server/src/core/tools/canonical-json.ts';
import { approval } from '../../browser/stories/call-stories.ts';
import { entries, type Line } from '../../browser/stories/build.ts';
import { ana, ben } from '../../browser/stories/people.ts';

describe('UI the arguments of a call', () => {
  test('UI every value of any arguments is in the table, whole, unless all of it is shown as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), (value) => {
        const rows = argumentRows(canonicalJson(value));
        if (rows === null) return;
        const shown = rows.map(({ value: text }) => text);
        for (const leaf of leaves(value)) expect(shown.some((text) => text.includes(leaf))).toBe(true);
      }),
      { seed: 7 },
    );
  });

  test('UI a name says the way to its value, and what is too much for a table is none', () => {
    expect(argumentRows('{"to":[{"name":"Ben"}],"n":1}')).toEqual([
      { path: ['to', '1', 'name'], value: 'Ben', kind: 'text' },
      { path: ['n'], value: '1', kind: 'other' },
    ]);
    expect(argumentRows('{}')).toEqual([]);
    expect(argumentRows(JSON.stringify(Array.from({ length: 500 }, String)))).toBeNull();
    expect(argumentRows('no JSON')).toEqual([{ path: [], value: 'no JSON', kind: 'text' }]);
  });

  test('UI A63 nothing in them turns, stacks or vanishes; lines and letters of all languages stay', () => {
    expect(visibleText('a\u202Eb\u200Bc\u0000d\u2066e\u{E0041}')).toBe(
      'a⟨U+202E⟩b⟨U+200B⟩c⟨U+0000⟩d⟨U+2066⟩e⟨U+E0041⟩',
    );
    expect(visibleText('Ünï\n\tשלום 🙂')).toBe('Ünï\n\tשלום 🙂');
  });
});

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}

describe('UI what may be let run', () => {
  test('UI each argument is named by a pointer that finds exactly its value', () => {
    const given = { 'a/b': 1, 'c~d': { e: ['x'] }, to: ['ben@example.com'] };
    const offer = trustOffer(approval('a_1', { arguments: canonicalJson(given), recipients: ['ben@example.com'] }));
    expect(offer?.fixed.map(({ pointer }) => at(given, pointer))).toEqual([1, { e: ['x'] }, ['ben@example.com']]);
    expect(offer?.fixed.filter(({ recipient }) => recipient).map(({ name }) => name)).toEqual(['to']);
  });

  test('UI nothing, where a tool shaped it, nobody else did, or it would share what is restricted', () => {
    expect(trustOffer(approval('a_1', { influencedBy: ['ben', 'tool:wiki'] }))).toBeNull();
    expect(trustOffer(approval('a_1', { influencedBy: [] }))).toBeNull();
    expect(trustOffer(approval('a_1', { builtOn: approval('a_2').builtOn }))).not.toBeNull();
    const builtOn = ['drive/budget'] as unknown as ReturnType<typeof approval>['builtOn'];
    expect(trustOffer(approval('a_1', { builtOn }))).toBeNull();
  });
});

describe('R13 what is offered for an entry', () => {
  const lines: readonly Line[] = [
    { by: ana, text: 'mine' },
    { by: ben, text: 'his' },
    { by: 'ai', text: 'for me', more: { for: 'ana' } },
    { by: 'ai', text: 'for him', more: { for: 'ben' } },
    { by: ben, text: '', more: { redactedBy: 'ben' } },
    { by: ben, text: 'noticed', kind: 'notice' },
  ];
  const offered = (role: RoomRole, lane: 'room' | 'me', what: keyof EntryOffers, shared: Entry[] = []): string[] => {
    const capabilities = new Set(capabilitiesOf({ tenantRole: 'member', role }));
    const reader = { id: 'ana', lane, capabilities, shared };
    return entries(lines)
      .filter((entry) => offersFor(entry, reader)[what])
      .map(({ text }) => text);
  };

  test('R13 words are taken away by whoever said or asked for them, and by whoever may do so to anybody', () => {
    expect(offered('speaker', 'room', 'redact')).toEqual(['mine', 'for me']);
    expect(offered('moderator', 'room', 'redact')).toEqual(['mine', 'his', 'for me', 'for him']);
  });

  test('R13 only answers of a private lane are shared, and a reader asks about nothing', () => {
    expect(offered('owner', 'room', 'share')).toEqual([]);
    expect(offered('speaker', 'me', 'share')).toEqual(['for me', 'for him']);
    const copies = (by: string) => [...entries([{ by: 'ai', text: 'for me', more: { releasedBy: by } }])];
    expect(offered('speaker', 'me', 'share', copies('ana'))).toEqual(['for him']);
    expect(offered('speaker', 'me', 'share', copies('ben'))).toEqual(['for me', 'for him']);
    expect(offered('reader', 'room', 'quote')).toEqual([]);
    expect(offered('speaker', 'room', 'quote')).toEqual(['mine', 'his', 'for me', 'for him']);
  });
});

test('UI the time that is left is said calmly, and never as more than nothing', () => {
  const words = [3 * 3_600_000, 12 * 60_000, 61_000, 33_000, 1].map((left) => until(left, 0));
  expect(words).toEqual(['in 3 hours', 'in 12 minutes', 'in 1 minute', 'in 40 seconds', 'in 10 seconds']);
});
