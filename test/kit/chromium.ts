import { existsSync } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** The browser that `npm test` found or installed; without it, the first in a usual place. */
export function chromiumPath(): string {
  const found = process.env['CHROMIUM_PATH'] ?? USUAL.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('no Chromium: install the package `chromium`, or run through `npm test`, which does');
  return found;
}

/** Headless, quiet, and reaching nothing on its own. */
export const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;
