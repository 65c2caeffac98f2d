import { destination, pino, stdTimeFunctions } from 'pino';
import type { Log } from '../../ports/system.ts';

export interface PinoLogOptions {
  /** How severe a line has to be to be written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Where lines go; standard error when absent, as standard output belongs to the listening line. */
  readonly write?: (line: string) => void;
}

const STDERR = 2;

/** One JSON object a line: `level`, `time`, `event` and the fields. */
export function pinoLog({ level, write }: PinoLogOptions): Log {
  const settings = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  // Written at once: a line that explains a crash must be out before it.
  const log = pino(settings, write ? { write } : destination({ dest: STDERR, sync: true }));
  return {
    debug: (event, fields) => log.debug(fields ?? {}, event),
    info: (event, fields) => log.info(fields ?? {}, event),
    error: (event, fields) => log.error(fields ?? {}, event),
  };
}
