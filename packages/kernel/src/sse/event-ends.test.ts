import { describe, expect, it } from 'vitest';
import { endsEvent, eventAround, lastEventEnd, nextEventEnd } from './event-ends.ts';

describe('event ends', () => {
  it.each([
    ['a\n\nb\n\n', 6, true],
    ['a\r\n\r\n', 5, true],
    ['a\r\r', 3, true],
    ['a\n\r\n', 4, true],
    ['a\n\nb', 3, false],
    ['a\r\n\r\nb\r\n', 5, false],
    ['a\n', 0, false],
    ['a\r\n', 0, false],
    ['\n', 0, false],
    ['a\n b\n', 0, false],
    ['', 0, false],
  ])('%j: the last one ends at %i', (text, end, ends) => {
    expect(lastEventEnd(Buffer.from(text))).toBe(end);
    expect(endsEvent(Buffer.from(text))).toBe(ends);
  });

  it('finds every end after a position', () => {
    const bytes = Buffer.from('a\n\nb\r\n\r\nc');
    expect([0, 2, 3, 7, 8].map((after) => nextEventEnd(bytes, after))).toEqual([
      3,
      3,
      8,
      8,
      undefined,
    ]);
  });

  it('finds the event around every byte, with any line ends', () => {
    const events = ['a\n\n', 'b\r\n\r\n', 'c\rd\r\r', 'e\n'];
    const bytes = Buffer.from(events.join(''));
    const found = Array.from(bytes, (_, at) => {
      const { start, end } = eventAround(bytes, at);
      return bytes.toString('utf8', start, end);
    });
    expect(found).toEqual(events.flatMap((event) => Array.from(event, () => event)));
  });
});
