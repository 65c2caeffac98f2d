import { strings } from './strings.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const dateInUtc = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeZone: 'UTC' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });
const whole = new Intl.NumberFormat();
const share = new Intl.NumberFormat(undefined, { style: 'percent' });
const ordinalRule = new Intl.PluralRules('en', { type: 'ordinal' });
const ENDINGS: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  one: 'st',
  two: 'nd',
  few: 'rd',
  zero: 'th',
  many: 'th',
  other: 'th',
};

/** Hours and minutes in the reader's zone; `at` in milliseconds since the epoch. */
export function timeOfDay(at: number): string {
  return clock.format(at);
}

/** The day, in full, in the reader's zone. */
export function fullDate(at: number): string {
  return date.format(at);
}

/** A day that was counted in UTC, as that day: in the reader's zone it could carry the name of the one before. */
export function utcDay(daysSinceEpoch: number): string {
  return utcDate(daysSinceEpoch * 86_400_000);
}

/** The day in UTC that a moment falls on. */
export function utcDate(at: number): string {
  return dateInUtc.format(at);
}

/** Day and time in the reader's zone. */
export function dayAndTime(at: number): string {
  return full.format(at);
}

/** "Today", "Yesterday" or the day's name, as seen at `now`. */
export function dayName(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days === 0) return strings.today;
  if (days === 1) return strings.yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayAndYear).format(at);
}

/** Midnight, in the reader's zone, of the day that holds `at`. */
export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

export function count(value: number): string {
  return whole.format(value);
}

/** A part of a whole as `81%`; 1 is all of it. */
export function percent(part: number): string {
  return share.format(part);
}

/** 1st, 2nd, 3rd … */
export function ordinal(place: number): string {
  return `${place}${ENDINGS[ordinalRule.select(place)]}`;
}

/** A text on one line, cut at a word to at most `limit` characters. */
export function brief(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= limit) return line;
  const cut = line.slice(0, limit);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), limit / 2))}…`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'always' });

/** How long from `now` to `at`, in words that change calmly: in hours, minutes, at last in steps of ten seconds. */
export function until(at: number, now: number): string {
  const left = Math.max(0, at - now);
  if (left >= 2 * HOUR_MS) return relative.format(Math.round(left / HOUR_MS), 'hour');
  if (left >= MINUTE_MS) return relative.format(Math.round(left / MINUTE_MS), 'minute');
  return relative.format(Math.max(10, Math.ceil(left / 10_000) * 10), 'second');
}
