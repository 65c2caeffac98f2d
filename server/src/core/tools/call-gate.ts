import type { ToolClass, Trust } from '@parley/shared/tools';
import { untrusted, type Influence } from '../labels/influence.ts';

/** What the gate is told of one call; `arguments` were parsed from their canonical form. */
export interface CallFacts {
  readonly call: string;
  readonly class: ToolClass;
  readonly arguments: unknown;
  readonly speaker: string;
  /** Of everything the model was sent in this turn, its tool results so far included. */
  readonly influence: Influence;
  /** Whether everybody who would receive what is sent may read all of it; true where nothing is sent. */
  readonly recipientsMayRead: boolean;
  /** What the speaker lets run in this room (T40). */
  readonly trust: readonly Trust[];
}

export type CallVerdict =
  | { readonly kind: 'run' }
  /** R6: the speaker approves exactly this call, told whose words shaped it and whether it is also a release. */
  | { readonly kind: 'ask'; readonly influencedBy: Influence; readonly releases: boolean }
  | { readonly kind: 'refuse'; readonly reason: string };

/**
 * R6: `pure` and `read` run; `egress` and `act` run when nobody shaped the call but its speaker and whom they
 * trust with it, and when its recipients may read what it was built on; else its speaker is asked. `admin`
 * never runs.
 */
export function judgeCall(facts: CallFacts): CallVerdict {
  switch (facts.class) {
    case 'admin':
      return { kind: 'refuse', reason: 'This function is never called by a model.' };
    case 'pure':
    case 'read':
      return { kind: 'run' };
    case 'egress':
    case 'act': {
      const influencedBy = untrusted(facts.influence, trustedFor(facts));
      const releases = !facts.recipientsMayRead;
      return influencedBy.length === 0 && !releases ? { kind: 'run' } : { kind: 'ask', influencedBy, releases };
    }
  }
}

function trustedFor(facts: CallFacts): ReadonlySet<string> {
  const own = facts.trust.filter((trust) => trust.call === facts.call && fits(trust, facts.arguments));
  return new Set([facts.speaker, ...own.flatMap(({ people }) => people)]);
}

function fits(trust: Trust, given: unknown): boolean {
  return Object.entries(trust.arguments).every(
    ([pointer, value]) => JSON.stringify(at(given, pointer)) === JSON.stringify(value),
  );
}

/** The value a JSON pointer (RFC 6901) names; undefined when there is none. Own properties only. */
export function at(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, unescapePart(part)))
      return undefined;
    current = (current as Readonly<Record<string, unknown>>)[unescapePart(part)];
  }
  return current;
}

function unescapePart(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
