import type { Row, Target } from './figure.ts';
import { median, spread } from './samples.ts';

/** Prints what was measured, each contestant on a line, and whether the first one reached its target. */
export function printRow({ what, unit, digits, samples, target, note }: Row): void {
  console.log(`  ${what}${unit === '' ? '' : ` [${unit}]`}`);
  const [first = ''] = Object.keys(samples);
  for (const [name, values] of Object.entries(samples)) {
    const ratio = name === first ? '' : `   ${first} = ${relation(samples[first] ?? [], values)} × this`;
    console.log(`    ${name.padEnd(20)} ${spread(values, digits).padStart(24)}${ratio}`);
  }
  if (target !== undefined)
    console.log(`    target ${verdict(samples[first] ?? [], samples[target.of] ?? [], target)}`);
  if (note !== undefined) console.log(`    ${note}`);
}

function relation(first: readonly number[], other: readonly number[]): string {
  return (median(first) / median(other)).toFixed(2);
}

function verdict(first: readonly number[], other: readonly number[], { kind, of, atMost }: Target): string {
  const value = kind === 'ratio' ? median(first) / median(other) : median(first) - median(other);
  const wish = kind === 'ratio' ? `≤ ${atMost} × ${of}` : `≤ ${atMost} more than ${of}`;
  return `${wish}: ${value <= atMost ? 'met' : 'MISSED'}, ${value.toFixed(2)}`;
}
