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
  await ben.say('The index takes **twenty minutes** on the copy, so please not at lunch.');
  await ana.line('twenty minutes').waitFor();
  await ana.ask('When should we do it, given what Ben said?');
  finish(await next(), 'At eight: Ben counts **twenty minutes** for the index, so it is there before people are.');
  await ben.line('At eight').waitFor();
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
