import { z } from 'zod';

/** How servers begin to say that they do not know a field. Nothing that a person wrote can stand before its name. */
const OPENINGS = [
  /^(?:Validation: )?(?:unknown|unsupported|unrecognized|unexpected)[\w ()]{0,40}: ?['"`]?(\w+)['"`]?/iu,
  /^property ['"`](\w+)['"`] is unsupported/iu,
  /^Invalid JSON payload received\. Unknown name "(\w+)"/u,
];
const CODES: ReadonlySet<unknown> = new Set(['unknown_parameter', 'unsupported_parameter']);

/** As servers made with pydantic say it. */
const Extra = z.object({ type: z.literal('extra_forbidden'), loc: z.tuple([z.literal('body'), z.string()]) });
const Body = z.object({ message: z.unknown(), detail: z.unknown(), code: z.unknown(), param: z.unknown() }).partial();

/** Which fields of a request its server said that it does not know: of those named, and nothing else counts. */
export function refusedFields(refusal: unknown, sent: readonly string[]): readonly string[] {
  const { message, detail, code, param } = Body.safeParse(refusal).data ?? {};
  const named = CODES.has(code) ? [param] : [];
  const told = new Set([...named, ...namesIn(message), ...namesIn(detail)]);
  return sent.filter((field) => told.has(field));
}

function namesIn(said: unknown): readonly string[] {
  if (Array.isArray(said)) return said.flatMap((each) => Extra.safeParse(each).data?.loc[1] ?? []);
  if (typeof said === 'object' && said !== null && 'detail' in said) return namesIn(said.detail);
  if (typeof said !== 'string') return [];
  return OPENINGS.flatMap((opening) => opening.exec(said)?.[1] ?? []);
}
