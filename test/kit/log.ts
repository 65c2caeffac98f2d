import type { Log, LogFields } from '@parley/server/ports/system';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps every line, so that a test can ask what was said, and that nothing went wrong unsaid. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  debug(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', event, fields });
  }
  info(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }
  error(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', event, fields });
  }

  /** Lines of one event, in order. */
  of(event: string): readonly LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }

  /** Throws with the lines when a person would have had to look. */
  assertNoErrors(): void {
    const errors = this.lines.filter((line) => line.level === 'error');
    if (errors.length > 0)
      throw new Error(`logged as errors: ${errors.map((line) => JSON.stringify(line)).join('\n')}`);
  }
}
