import { UserId } from '@parley/shared/ids';
import type { ApprovalView, Trust } from '@parley/shared/tools';

/** What a person may let run without being asked again, seen from one call they are asked about (T40). */
export interface TrustOffer {
  readonly people: readonly UserId[];
  readonly fixed: readonly FixedArgument[];
}

/** One argument that later calls may be required to have again, exactly. */
export interface FixedArgument {
  readonly name: string;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly value: Trust['arguments'][string];
  /** It says who receives what is sent: another value would be somebody else. */
  readonly recipient: boolean;
}

/** null where nothing can be let run: only people can be trusted, and only people's words may have shaped it. */
export function trustOffer({
  influencedBy,
  arguments: canonical,
  recipients,
  builtOn,
}: ApprovalView): TrustOffer | null {
  const people = influencedBy.map((id) => UserId.safeParse(id).data);
  const onlyPeople = influencedBy.every((id) => !id.startsWith('tool:'));
  if (people.length === 0 || !onlyPeople || builtOn.length > 0) return null;
  return { people: people.filter((id) => id !== undefined), fixed: fixedArguments(canonical, recipients) };
}

function fixedArguments(canonical: string, recipients: readonly string[]): FixedArgument[] {
  // The server wrote it as canonical JSON, which is what a pointer's value is compared with.
  const given = JSON.parse(canonical) as Trust['arguments'] | null;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
  return Object.entries(given).map(([name, value]) => ({
    name,
    pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
    recipient: recipients.some((one) => one !== '' && JSON.stringify(value).includes(JSON.stringify(one).slice(1, -1))),
  }));
}
