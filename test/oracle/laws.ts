/** LAWS_RUNS and LAWS_SEED look for longer, or again. */
const RUNS = process.env['LAWS_RUNS'];
export const SEARCH = { runs: Number(RUNS ?? 600), seed: Number(process.env['LAWS_SEED'] ?? 20_261_128) };
/** Rare mistakes take some thousand histories to show, and with some seeds more; longer is not looked. */
export const FAULT_SEARCH = { ...SEARCH, runs: RUNS === undefined ? 6_000 : 20_000 };
/** A search cannot be interrupted: this only says when it was too long. */
export const LONG_MS = 7_200_000;

/** What a long run found, as it goes on; a usual one says nothing. */
export function tell(line: string): void {
  if (RUNS !== undefined) process.stdout.write(`${line}\n`);
}
