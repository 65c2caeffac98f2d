import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { backupFolder } from './adapters/store/sqlite-backup.ts';
import { openSqliteFile, type SqliteFile } from './adapters/store/sqlite-file.ts';
import { forgetTenant } from './adapters/store/sqlite-forget-tenant.ts';
import { EXIT_CONFIG, readConfig, type Config } from './config.ts';
import { mintTenant, type Tenant } from './core/tenant.ts';

/** Exit status for words that are no command (`EX_USAGE`). */
const EXIT_USAGE = 64;
const EXIT_FAILED = 70;
const USAGE = `usage: data backup FILE      copies the database while the server runs (the master key is not in it)
       data new-key TENANT   seals with a new key from now on; the server must be stopped
       data forget TENANT    destroys the tenant's keys and what is known of it; the server must be stopped
`;

/** What an operator does with the data folder that the environment names. */
const read = readConfig(process.env);
if (read.ok) process.exitCode = await perform(read.config, process.argv.slice(2));
else {
  for (const problem of read.problems) process.stderr.write(`configuration: ${problem}\n`);
  process.exitCode = EXIT_CONFIG;
}

async function perform(config: Config, [command = '', object = '']: readonly string[]): Promise<number> {
  const work = workOf(config, command, object);
  if (work === null) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  try {
    await work();
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_FAILED;
  }
}

/** Null when the words mean nothing. */
function workOf(config: Config, command: string, object: string): (() => void | Promise<void>) | null {
  if (command === 'backup' && object !== '') return () => backup(config, object);
  const tenant = mintTenant(object);
  if (tenant === null) return null;
  if (command === 'new-key') return () => within(config, (file) => file.keys.rotate(tenant));
  return command === 'forget' ? () => within(config, (file) => forgetKnown(file, tenant)) : null;
}

async function backup(config: Config, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await backupFolder(config.data, path);
}

/** A misspelt name must not be told that it is gone. */
function forgetKnown(file: SqliteFile, tenant: Tenant): void {
  if (!file.keys.has(tenant)) throw new Error('no such tenant was ever here');
  forgetTenant(file, tenant);
}

function within({ data, masterKeys }: Config, work: (file: SqliteFile) => void): void {
  const file = openSqliteFile(data, masterKeys);
  try {
    work(file);
  } finally {
    file.close();
  }
}
