import * as z from 'zod';
import { Author } from './entry.ts';
import { EntryId } from './ids.ts';
import { PinKind } from './pin-kind.ts';

/** An entry that is pinned, as whoever reads its lane sees it. */
export const PinView = z.strictObject({
  entry: EntryId,
  seq: z.int().min(1),
  as: PinKind,
  /** Who pinned it. */
  by: z.string(),
  at: z.number(),
  author: Author,
  /** What the row says: its words, or the beginning of them. */
  text: z.string(),
});
export type PinView = z.infer<typeof PinView>;

/** What the model is sent in the place of a lane's older entries (C4). */
export const DigestView = z.strictObject({
  generation: z.int().min(1),
  /** Entries that it covers, both included. */
  from: z.int().min(1),
  to: z.int().min(1),
  /** As the model wrote it, in Markdown. */
  text: z.string(),
  at: z.number(),
  /** Entries of them that are sent word for word beside it. */
  kept: z.array(EntryId),
  /** Whose words it names, by the server: `cite` is how the text names them. */
  cites: z.array(z.strictObject({ cite: z.string(), entry: EntryId, author: Author })),
});
export type DigestView = z.infer<typeof DigestView>;

/** What `…/pins` and `…/digest` answer. */
export const PinsRead = z.strictObject({ items: z.array(PinView) });
/** Null: nothing stands for any of them. */
export const DigestReply = z.strictObject({ digest: DigestView.nullable() });
