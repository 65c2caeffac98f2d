import type { ModelMessage } from './context.ts';
import type { Envelopes } from './envelope.ts';
import { readArguments } from '../tools/call-arguments.ts';
import { modelName } from '@parley/shared/tools';
import type { FinishedStep } from '../arbiter/turn-work.ts';

/**
 * What a model is sent of the steps before: what it said, the calls it asked for, and behind them the result of
 * each, in an envelope of its own: a result is somebody else's words (C8).
 */
export function stepMessages(steps: readonly FinishedStep[], wrap: Envelopes): readonly ModelMessage[] {
  return steps.flatMap(({ text, calls }): ModelMessage[] => [
    {
      role: 'assistant',
      content: wrap.plain(text),
      calls: calls.map(({ proposed }) => ({
        id: proposed.id,
        name: modelName(proposed.call),
        arguments: asJson(proposed.arguments),
      })),
    },
    ...calls.map(({ proposed, content }): ModelMessage => {
      return { role: 'tool', call: proposed.id, content: wrap.result(proposed.call, content) };
    }),
  ]);
}

/** Some servers refuse a conversation in which a call's arguments are no JSON object. */
function asJson(written: string): string {
  const read = readArguments(written);
  return read.kind === 'object' ? read.canonical : '{}';
}
