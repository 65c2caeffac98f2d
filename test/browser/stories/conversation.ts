import type { Line } from './build.ts';
import { turnId } from './build.ts';
import { ana, ben, chioma } from './people.ts';

const DAY = 24 * 60;

/** A morning in a room: what the designed states stand on. */
export const conversation: readonly Line[] = [
  { by: ben, text: 'Morning! Did the staging deploy go through last night?', minute: -DAY },
  { by: chioma, text: 'Yes, but `db-migrate` took **four minutes**. I put the log in the notes.', minute: -DAY + 3 },
  { by: chioma, text: 'We should agree on a window before Thursday.', minute: -DAY + 4 },
  {
    by: ana,
    kind: 'prompt',
    text: 'Given the log in our notes: which step of the migration is slow, and can we run it before the launch window?',
    minute: 0,
    more: { turn: turnId(1) },
  },
  {
    by: 'ai',
    text: `The slow step is the index on \`events.created_at\`: **212 of the 240 seconds**. It can run ahead of the launch, because nothing reads it yet.

1. Build the index *concurrently*, tonight.
2. Keep the column change for the window; it takes **under a second**.
3. Drop the old index a day later.

\`\`\`sql
CREATE INDEX CONCURRENTLY events_created_at_idx
  ON events (created_at);
\`\`\`

See the [PostgreSQL manual](https://www.postgresql.org/docs/current/sql-createindex.html) on what a concurrent build may leave behind when it fails.`,
    minute: 1,
    more: {
      turn: turnId(1),
      answers: [turnId(1)],
      for: 'ana',
      outcome: 'completed',
      usage: { model: 'gpt-5-mini', inputTokens: 1_840, cachedTokens: 1_024, outputTokens: 214 },
    },
  },
  { by: ben, text: 'That works for me. I can watch it tonight.', minute: 4 },
  {
    by: ben,
    kind: 'prompt',
    text: 'Write the message to support about it, three sentences, no jargon.',
    minute: 6,
    more: { turn: turnId(2) },
  },
  {
    by: 'ai',
    text: 'Tonight we prepare the database for Thursday’s launch. Customers will not notice anything, and nothing is',
    minute: 7,
    more: { turn: turnId(2), answers: [turnId(2)], for: 'ben', outcome: 'cancelled', by: 'ben', reason: 'stopped' },
  },
];

export const streaming = `Here is a plan with **one owner** per step:

| Step | Owner | When |
| --- | --- | --- |
| Build the index | Ben | tonight, 22:00 |
| Check the row counts | Chioma | Thursday, 08:30 |
| Change the column | Ana | Thursday, 09:00 |

If the index build fails, it leaves an *invalid* index be`;
