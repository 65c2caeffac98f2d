import type { BatchAccounts, Batches, BatchQuestion, BatchResult } from '@parley/server/ports/batches';
import type { ModelFailure, Provider } from '@parley/server/ports/model';

/** A provider of batches whose answers come when, and in the order that, a test says. */
export class PlayedBatches implements Batches, BatchAccounts {
  provider: Provider = { provider: 'batches.example', model: 'm' };
  /** By the provider's name, everything that arrived. */
  readonly arrived = new Map<string, { readonly label: string; readonly questions: readonly BatchQuestion[] }>();
  readonly forgotten: string[] = [];
  /** What a submission answers; `lost` arrives and its answer does not. */
  submits: 'arrives' | 'lost' | ModelFailure = 'arrives';
  /** What has come of a batch; null: nothing yet. */
  results: ((questions: readonly BatchQuestion[]) => readonly BatchResult[]) | null = null;

  for: BatchAccounts['for'] = async () => this;

  submit: Batches['submit'] = async (label, questions) => {
    if (this.submits !== 'arrives' && this.submits !== 'lost') return { kind: 'failed', class: this.submits };
    const batch = `batch_${this.arrived.size + 1}`;
    this.arrived.set(batch, { label, questions });
    return this.submits === 'lost' ? { kind: 'failed', class: 'network' } : { kind: 'submitted', batch };
  };

  find: Batches['find'] = async (label) => {
    const found = [...this.arrived].find(([, one]) => one.label === label);
    return { kind: 'found', batch: found?.[0] ?? null };
  };

  collect: Batches['collect'] = async (batch) => {
    const questions = this.arrived.get(batch)?.questions ?? [];
    return this.results === null ? { kind: 'running' } : { kind: 'ended', results: this.results(questions) };
  };

  forget: Batches['forget'] = async (batch) => {
    this.forgotten.push(batch);
    return true;
  };
}

export function answerTo({ operation }: BatchQuestion, text: string): BatchResult {
  const usage = { model: 'm', inputTokens: 5, cachedTokens: 0, outputTokens: 2 };
  return { operation, kind: 'answer', text, reason: 'stop', usage };
}
