import { MOST_EVENT_CHARS, OversizedEvent, SseReader } from '@parley/server/adapters/model/sse-reader';
import { describe, expect, test } from 'vitest';

const bytes = (text: string) => Buffer.from(text);

/** The events of a stream that arrives in these pieces. */
function eventsOf(pieces: readonly Uint8Array[]): string[] {
  const reader = new SseReader();
  return pieces.flatMap((piece) => reader.push(piece));
}

const STREAM = [
  ': a comment\n\n',
  'data: {"a":1}\n\n',
  'event: named\r\nid: 7\r\ndata:no space\r\n\r\n',
  'data: first line\rdata: second line\r\r',
  'retry: 10\n\n',
  'data: Grüße, 世界 👋🏽\n\n',
  'data:\n\n',
  'data: [DONE]\n\n',
].join('');
const EVENTS = ['{"a":1}', 'no space', 'first line\nsecond line', 'Grüße, 世界 👋🏽', '', '[DONE]'];

describe('G1 server-sent events of a provider', () => {
  test('G1 any line end, comments, other fields and events of several lines', () => {
    expect(eventsOf([bytes(STREAM)])).toEqual(EVENTS);
  });

  test('G1 a stream cut anywhere, inside a character or between the two halves of a line end, is the same stream', () => {
    const whole = bytes(STREAM);
    for (let at = 0; at <= whole.length; at++)
      expect(eventsOf([whole.subarray(0, at), whole.subarray(at)])).toEqual(EVENTS);
    expect(eventsOf([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
  });

  test('G1 a mark of the byte order is no text, and bytes that are none do not end the stream', () => {
    expect(eventsOf([Uint8Array.of(0xef, 0xbb, 0xbf), bytes('data: a\n\n')])).toEqual(['a']);
    expect(eventsOf([bytes('data: '), Uint8Array.of(0xff), bytes('\n\n')])).toEqual(['\uFFFD']);
  });

  test('G1 what was not ended by an empty line is no event', () => {
    expect(eventsOf([bytes('data: a\n\ndata: b\n')])).toEqual(['a']);
  });

  test('G1 a line, or an event, without end is given up', () => {
    const piece = bytes('x'.repeat(64 * 1024));
    const line = new SseReader();
    line.push(bytes('data: '));
    expect(() => {
      for (let sent = 0; sent <= MOST_EVENT_CHARS; sent += piece.length) line.push(piece);
    }).toThrow(OversizedEvent);
    const event = new SseReader();
    expect(() => {
      for (let sent = 0; sent <= MOST_EVENT_CHARS; sent += piece.length) event.push(bytes(`data: ${String(piece)}\n`));
    }).toThrow(OversizedEvent);
  });
});
