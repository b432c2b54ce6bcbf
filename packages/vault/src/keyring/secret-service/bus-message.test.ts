import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../testing/fake-bus.ts';
import { decodeAnswer, encodeCall, messageLength } from './bus-message.ts';

const HELLO = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
};

describe('messages on the bus', () => {
  it('a call is as other clients send it', () => {
    // Laid out by the specification's rules; dbus-send 1.14 sends the same fields.
    const fields = [
      '01016f0015000000' + Buffer.from('/org/freedesktop/DBus').toString('hex') + '000000',
      '0201730014000000' + Buffer.from('org.freedesktop.DBus').toString('hex') + '00000000',
      '0301730005000000' + Buffer.from('Hello').toString('hex') + '000000',
      '0601730014000000' + Buffer.from('org.freedesktop.DBus').toString('hex') + '00',
    ].join('');
    const header = '6c01000100000000010000006d000000';
    expect(encodeCall(1, HELLO).toString('hex')).toBe(`${header}${fields}000000`);
  });

  it('with arguments names their types, and they begin at a multiple of eight', () => {
    const bytes = encodeCall(2, {
      ...HELLO,
      signature: 's',
      arguments: (writer) => void writer.text('x'),
    });
    expect(bytes.subarray(-6).toString('hex')).toBe('010000007800');
    expect((bytes.length - 6) % 8).toBe(0);
    expect(bytes.includes(Buffer.from([8, 1, 0x67, 0, 1, 0x73, 0]))).toBe(true);
  });

  it('an answer names its call', () => {
    const bytes = answerTo(7, (writer) => void writer.text('said'));
    expect(messageLength(bytes)).toBe(bytes.length);
    const answer = decodeAnswer(bytes);
    expect([answer?.replySerial, answer?.body?.text()]).toEqual([7, 'said']);
    expect(decodeAnswer(answerTo(7, 'error'))).toEqual({ replySerial: 7, body: undefined });
  });

  it('any bytes are an answer or none', () => {
    const whole = answerTo(7, (writer) => void writer.text('said'));
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(whole.length),
        (at, flip, end) => {
          const bytes = Buffer.from(whole.subarray(0, end));
          if (at < end) bytes[at] = (bytes[at] ?? 0) ^ flip;
          messageLength(bytes);
          const answer = decodeAnswer(bytes);
          answer?.body?.text();
        },
      ),
      { numRuns: 2000 },
    );
  });
});
