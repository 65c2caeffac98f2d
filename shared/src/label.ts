import * as z from 'zod';

/** What an outside authority calls one of its things: printable, no spaces, at most 256 characters. */
export const ResourceId = z
  .string()
  .regex(/^[^\s\p{C}]{1,256}$/u, 'printable, no spaces, at most 256')
  .brand<'ResourceId'>();
export type ResourceId = z.infer<typeof ResourceId>;

/** The resources an item was made from, sorted and unique: besides its lane, these decide who may read it. */
export const Resources = z.array(ResourceId).max(64);
