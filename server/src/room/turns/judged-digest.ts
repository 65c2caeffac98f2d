import type { LaneKey } from '@parley/shared/ids';
import { digestFlaw, type DigestFlaw } from '../../core/compaction/digest-verdict.ts';
import type { RecordOf } from '../../core/records.ts';
import type { Tokenizer } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import type { AskedDigest } from './asked-digest.ts';

/** What a model wrote for a digest; without an `end`, it was not heard to its end by a failure. */
export interface WrittenDigest {
  readonly text: string;
  readonly end: 'stop' | 'failed' | 'other';
}

/** C15: what becomes of it, whoever asked: a digest that waits for its moment, or that there is none and why. */
export function judgedDigest(
  { lane, clock, tokenizer }: { readonly lane: LaneKey; readonly clock: Clock; readonly tokenizer: Tokenizer },
  asked: AskedDigest,
  written: WrittenDigest,
): RecordOf<'digest.prepared' | 'digest.failed'> {
  const { plan, plain, seenTo, roomSeenTo, sources, influence } = asked;
  const text = written.text.replaceAll('\r\n', '\n').trim();
  const tokens = tokenizer.count(text);
  const judged = { text, tokens, harmless: plain(text), complete: written.end === 'stop' };
  const flaw: DigestFlaw | null = written.end === 'failed' ? 'no answer' : digestFlaw(plan, judged);
  const about = { lane, generation: plan.generation, at: clock.now() };
  if (flaw !== null) return { type: 'digest.failed', ...about, reason: flaw };
  const made = { from: plan.from, to: plan.to, seenTo, roomSeenTo, sources, text, tokens };
  return { type: 'digest.prepared', ...about, ...made, kept: [...plan.kept], influence: [...influence] };
}
