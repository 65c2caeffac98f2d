import { personColor } from '@parley/shared/person-color';
import * as Y from 'yjs';
import { cleanName } from '../../core/context/clean-name.ts';

/** How long the AI is seen where it wrote. */
export const AI_SEEN_MS = 3_000;

/** The AI as people see it in a document: for whom it writes, and behind what it wrote. */
export function aiPresence(text: Y.Text, at: number, speaker: string): string {
  const place = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, at)) as unknown;
  const user = { id: 'ai', name: `AI for ${cleanName(speaker)}`, color: personColor('ai') };
  return JSON.stringify({ user, cursor: { anchor: place, head: place } });
}
