/** Longer events are no answer of a model; what is kept of an unfinished one ends here. */
export const MOST_EVENT_CHARS = 1024 * 1024;

const LINE_END = /\r\n|\r|\n/gu;

/** An event that goes on beyond {@link MOST_EVENT_CHARS}. */
export class OversizedEvent extends Error {
  override readonly name = 'OversizedEvent';
}

/** Reads server-sent events from bytes that are cut anywhere. Only their data is looked at. */
export class SseReader {
  readonly #decoder = new TextDecoder();
  /** The beginning of a line that is not complete. */
  #line = '';
  /** A line feed that comes first belongs to the carriage return before it. */
  #endedInReturn = false;
  /** Data lines of an event that is not complete. */
  #data: string[] = [];
  #chars = 0;

  /** Takes in the next bytes and returns the data of each event that they complete. Throws {@link OversizedEvent}. */
  push(bytes: Uint8Array): string[] {
    const decoded = this.#decoder.decode(bytes, { stream: true });
    if (decoded === '') return [];
    const text = this.#endedInReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    this.#endedInReturn = decoded.endsWith('\r');
    const events: string[] = [];
    let from = 0;
    for (const { index, 0: end } of text.matchAll(LINE_END)) {
      this.#read(this.#line + text.slice(from, index), events);
      this.#line = '';
      from = index + end.length;
    }
    this.#line += text.slice(from);
    if (this.#chars + this.#line.length > MOST_EVENT_CHARS) throw new OversizedEvent();
    return events;
  }

  #read(line: string, events: string[]): void {
    if (line.startsWith('data:')) {
      this.#data.push(line.slice(line.startsWith(' ', 5) ? 6 : 5));
      this.#chars += line.length;
    } else if (line === '' && this.#data.length > 0) {
      events.push(this.#data.join('\n'));
      this.#data = [];
      this.#chars = 0;
    }
  }
}
