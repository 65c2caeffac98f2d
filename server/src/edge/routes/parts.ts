import { z } from '@hono/zod-openapi';
import { fault, FaultError } from '@parley/shared/fault';
import { ClientKey, RoomId, TurnId, UserId } from '@parley/shared/ids';

/** Pieces that several routes are described with. */
export const roomParams = z.strictObject({ room: RoomId });
export const memberParams = z.strictObject({ room: RoomId, user: UserId });
export const turnParams = z.strictObject({ room: RoomId, turn: TurnId });

/** A page of a list: what comes after a cursor, and how much. */
export const pageQuery = z.strictObject({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const noQuery = z.strictObject({});

export const idempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .max(100)
    .optional()
    .openapi({ description: 'Stands for `id` where the body has none.' }),
});

export function listOf<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

/** A list that is short by its nature. */
export function items<T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T> }> {
  return z.strictObject({ items: z.array(item) });
}

export function json<T extends z.ZodType>(
  schema: T,
  description: string,
): { description: string; content: { 'application/json': { schema: T } } } {
  return { description, content: { 'application/json': { schema } } };
}

/** An object of any JSON, which the generator of the description would follow without end. */
export function anyJson<T extends z.ZodType>(schema: T): z.ZodLazy<T> {
  return z.lazy(() => schema).openapi({ type: 'object', additionalProperties: true });
}

/** A body that must be there. */
export function body<T extends z.ZodType>(
  schema: T,
): { required: true; content: { 'application/json': { schema: T } } } {
  return { required: true, content: { 'application/json': { schema } } };
}

/** The id of a write: from the body, or from the header in its place. Throws `bad_request` without one, or with two that differ. */
export function writeId(inBody: ClientKey | undefined, inHeader: string | undefined): ClientKey {
  const parsed = inHeader === undefined ? undefined : keyOfHeader(inHeader);
  if (inBody !== undefined && parsed !== undefined && inBody !== parsed) {
    throw new FaultError(fault('bad_request', 'id: differs from the Idempotency-Key header'));
  }
  const id = inBody ?? parsed;
  if (id === undefined)
    throw new FaultError(fault('bad_request', 'id: give one here, or as the Idempotency-Key header'));
  return id;
}

/** The header's draft puts the key in quotes; many senders do not. */
function keyOfHeader(header: string): ClientKey {
  const parsed = ClientKey.safeParse(/^"(.*)"$/.exec(header)?.[1] ?? header);
  if (!parsed.success)
    throw new FaultError(fault('bad_request', 'Idempotency-Key: letters, digits, _ and -, at most 64'));
  return parsed.data;
}
