import { encodeUtf8 } from '@postern/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventDataDecoder } from './event-stream.ts';

const whole = (text: string): readonly string[] => eventDataDecoder().push(encodeUtf8(text));

describe('eventDataDecoder', () => {
  it.each([
    ['one event', 'data: a\n\n', ['a']],
    ['no space after the colon', 'data:a\n\n', ['a']],
    ['only one space is dropped', 'data:  a\n\n', [' a']],
    ['two events', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['CRLF', 'data: a\r\n\r\n', ['a']],
    ['CR alone', 'data: a\r\rdata: b\r\r ', ['a', 'b']],
    ['several lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['comments and other fields', ': hi\nevent: x\nid: 1\ndata: a\n\n', ['a']],
    ['an event without data', 'event: x\n\ndata: a\n\n', ['a']],
    ['an unfinished event', 'data: a\n\ndata: b\n', ['a']],
  ])('%s', (_name, text, expected) => {
    expect(whole(text)).toEqual(expected);
  });

  it('decodes the same events wherever the chunks end', () => {
    const events = fc.array(
      fc.string({ unit: 'binary', minLength: 1 }).map((s) => JSON.stringify(s)),
    );
    fc.assert(
      fc.property(
        events,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (all, cuts) => {
          const bytes = encodeUtf8(all.map((data) => `data: ${data}\n\n`).join(''));
          const decoder = eventDataDecoder();
          const found: string[] = [];
          let at = 0;
          for (let turn = 0; at < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            found.push(...decoder.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(found).toEqual(all);
        },
      ),
    );
  });
});
