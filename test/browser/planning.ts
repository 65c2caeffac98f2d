import { chunk, type Exchange } from '../kit/sse-server.ts';
import type { PersonWindow } from './person-window.ts';

interface Team {
  readonly ana: PersonWindow;
  readonly ben: PersonWindow;
}
interface Provider {
  next(): Promise<Exchange>;
  finish(exchange: Exchange, text: string): void;
}

/** Two people plan a launch with the AI, as the README shows it; the result is the answer that still streams. */
export async function planning({ ana, ben }: Team, { next, finish }: Provider): Promise<Exchange> {
  await ana.say('We change the orders table on Thursday. I would like us to leave with one plan.');
  await ben.line('orders table').waitFor();
  await ben.say('Fine with me. The index takes **twenty minutes** on the copy, so please not at lunch.');
  await ana.line('twenty minutes').waitFor();
  await ana.ask('When should we do it, given what Ben said?');
  finish(
    await next(),
    'Before nine: Ben measured **twenty minutes** for the index, and traffic doubles from ten.\n\n1. 08:00 create the index with `CONCURRENTLY`\n2. 08:30 switch the writers\n3. 09:00 look at the dashboard together',
  );
  await ben.line('look at the dashboard').waitFor();
  await ben.ask('Who does what, and what do we do if a step fails?');
  const running = await next();
  await ana.ask('Draft the message to the support team.');
  await ana.queue.nth(1).waitFor();
  await ben.ask('Which of our dashboards shows trouble first?');
  running.send(
    chunk({
      content:
        'One owner for each step, and a way back from each:\n\n| Step | Owner | If it fails |\n| --- | --- | --- |\n| Index | Ben | drop it, nothing else changed |\n| Writers | Ana | rollback by the flag |\n',
    }),
  );
  return running;
}
