import type { SourceFile } from './tree.ts';

/** A file longer than this holds more than one idea. */
export const MOST_LINES = 300;

/** What the linter cannot say about the shape of the sources; each finding is one line for a person. */
export function shapeFindings(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...tooLong(file), ...clockReads(file), ...librariesOf(file), ...bareTenants(file)]);
}

/**
 * A browser shows what a server said a moment ago, or not yet. What a window shows is therefore read until it holds,
 * `await expect.poll(() => row.innerText())`, or awaited with `waitFor`; reading it once is a race.
 */
export function readOnce(browserTests: readonly SourceFile[]): string[] {
  return browserTests.flatMap(({ path, text }) =>
    [...text.matchAll(READ_ONCE)].map(
      ({ index, 1: read = '' }) =>
        `${path}:${text.slice(0, index).split('\n').length}: reads ${read} once; poll it, or wait for it`,
    ),
  );
}

const READ_ONCE =
  /\bexpect\(\s*\(*\s*await\b[^;]*?\.(innerText|allInnerTexts|textContent|allTextContents|count|inputValue|getAttribute|isChecked|isVisible|isHidden|isEnabled|isDisabled|boundingBox)\(/g;

/** The longest files, for the report. */
export function longest(files: readonly SourceFile[], count: number): { path: string; lines: number }[] {
  const measured = files.map(({ path, text }) => ({ path, lines: linesOf(text) }));
  return measured.sort((a, b) => b.lines - a.lines).slice(0, count);
}

function tooLong({ path, text }: SourceFile): string[] {
  const lines = linesOf(text);
  return lines > MOST_LINES ? [`${path}: ${lines} lines; split it by idea (at most ${MOST_LINES})`] : [];
}

/** `Date.now()` is the linter's; a `new Date()` of nothing reads the clock just as well. */
function clockReads({ path, text }: SourceFile): string[] {
  if (path === 'server/src/adapters/host/system.ts' || !/^(shared|server)\/src\//.test(path)) return [];
  return /\bnew Date\(\s*\)|\bDate\(\s*\)/.test(text) ? [`${path}: reads the clock; take it from the Clock port`] : [];
}

/**
 * R11: below the edge a tenant is a handle, and what a key of it looks like is known in one file. Rows that hold
 * a tenant's id are plain objects and stay possible; taking one as an argument is not.
 */
function bareTenants({ path, text }: SourceFile): string[] {
  if (!/^server\/src\/(core|ports|room|adapters)\//.test(path) || path === 'server/src/core/tenant.ts') return [];
  const findings: string[] = [];
  if (/[(,]\s*tenant(Id)?\??: (string|UserId|RoomId)\b/.test(text))
    findings.push(`${path}: takes a tenant as text; take the handle (R11)`);
  if (/\$\{[^}]*\btenant\.id\b[^}]*\}|\btenant\.id\s*\+|\+\s*(\w+\.)*tenant\.id\b/.test(text))
    findings.push(`${path}: builds a text from a tenant's id; core/tenant.ts has the keys (R11)`);
  return findings;
}

/** An adapter hides one library, so that replacing it is one file. */
function librariesOf({ path, text }: SourceFile): string[] {
  if (!path.startsWith('server/src/adapters/')) return [];
  const imported = [...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^'"./][^'"]*)['"]/gm)].map(
    (match) => match[1] ?? '',
  );
  const libraries = new Set(
    imported.map(packageOf).filter((name) => name !== '@parley/shared' && !name.startsWith('node:')),
  );
  return libraries.size > 1 ? [`${path}: imports ${[...libraries].join(' and ')}; one library an adapter`] : [];
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function linesOf(text: string): number {
  return text.split('\n').length - 1;
}
