import { DIALECTS } from '@postern/dialects';
import { describe, expect, it } from 'vitest';
import { StreamOpening, type Opening } from './stream-opening.ts';

const OVERLOADED = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
const START = 'event: message_start\ndata: {"type":"message_start","message":{"id":"m"}}\n\n';
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/** The first decision on a stream that comes in chunks of this size. */
function decide(text: string, size: number): Opening {
  const opening = new StreamOpening(DIALECTS['anthropic-messages']);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const found = opening.push(bytes.subarray(at, at + size));
    if (found.state !== 'undecided') return found;
  }
  expect(opening.held?.toString()).toBe(text);
  return { state: 'undecided' };
}

const SIZES = [1, 2, 3, 7, 64, 1_000_000];

describe('the opening of a stream', () => {
  it.each([
    ['at once', ''],
    ['after a ping', PING],
    ['after comments', ': PROCESSING\n\n: PROCESSING é\n\n'],
    ['after a byte order mark', '\uFEFF'],
    ['after both', `: a\r\n\r\n${PING}: b\n\n`],
  ])('is an error that comes %s, however it is cut', (_name, before) => {
    for (const frame of [
      `event: error\ndata: ${OVERLOADED}\n\n`,
      `event: error\r\ndata: ${OVERLOADED}\r\n\r\n`,
      `event: error\rdata:${OVERLOADED}\r\r`,
      `data: ${OVERLOADED}   \n\n`,
    ]) {
      for (const size of SIZES) {
        expect(decide(before + frame, size)).toEqual({
          state: 'error',
          error: { status: 529, code: 'UPSTREAM_OVERLOADED', body: OVERLOADED },
        });
      }
    }
  });

  it.each([
    ['an event', START],
    ['an event after pings', PING + PING + START],
    ['an event that only speaks of an error', 'data: {"type":"x","text":"\\"error\\""}\n\n'],
    ['what is no JSON', 'event: error\ndata: {"error"\n\n'],
  ])('is %s, and every byte goes on', (_name, text) => {
    for (const size of SIZES) {
      const opening = decide(text, size);
      expect(opening.state).toBe('open');
      expect(opening.state === 'open' && text.startsWith(opening.bytes.toString())).toBe(true);
    }
  });

  it.each([
    ['nothing but comments and pings', `: a\n\n${PING}: b\n\n`],
    ['an event that has not ended', 'event: error\ndata: {"type":"error"}\n'],
    ['an event without data', 'event: message_start\n\n'],
  ])('is not decided by %s', (_name, text) => {
    for (const size of SIZES) expect(decide(text, size)).toEqual({ state: 'undecided' });
  });

  it('does not hold back without bound', () => {
    const opening = decide(`data: ${'x'.repeat(200_000)}`, 1000);
    expect(opening.state === 'open' && opening.bytes.length).toBe(66_000);
    expect(decide(PING.repeat(10_000), 1000).state).toBe('open');
  });
});
