import { describe, expect, it } from 'vitest';
import { StreamTail } from './stream-tail.ts';

const tailOf = (text: string, size: number): StreamTail => {
  const tail = new StreamTail();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) tail.push(bytes.subarray(at, at + size));
  return tail;
};

describe('StreamTail', () => {
  const filler = 'data: {"x":"é"}\n\n'.repeat(100);

  describe.each([1, 2, 3, 7, 500, 10_000])('in chunks of %i bytes', (size) => {
    it.each([
      ['\\n', '\n\n'],
      ['\\r\\n', '\r\n\r\n'],
      ['\\r', '\r\r'],
    ])('finds the end of an event whose lines end in %s', (_name, blank) => {
      expect(tailOf(`${filler}data: [DONE]${blank}`, size).endsEvent()).toBe(true);
    });

    it('finds that an event is unfinished', () => {
      for (const rest of ['data: {"type":"mess', 'data: {}\n', 'data: {}\r\n', '\ndata: {}\r\n']) {
        expect(tailOf(filler + rest, size).endsEvent()).toBe(false);
      }
    });
  });

  it('is empty until the first byte', () => {
    expect([new StreamTail().isEmpty, tailOf('d', 1).isEmpty]).toEqual([true, false]);
    expect(new StreamTail().endsEvent()).toBe(false);
  });
});
