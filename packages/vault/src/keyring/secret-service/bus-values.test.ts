import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusReader, BusWriter } from './bus-values.ts';

type Value =
  | readonly ['byte', number]
  | readonly ['uint32', number]
  | readonly ['text', string]
  | readonly ['signature', string];

const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.tuple(fc.constant('byte' as const), fc.integer({ min: 0, max: 255 })),
  fc.tuple(fc.constant('uint32' as const), fc.integer({ min: 0, max: 0xffff_ffff })),
  fc.tuple(fc.constant('text' as const), fc.string({ unit: 'grapheme' })),
  fc.tuple(fc.constant('signature' as const), fc.stringMatching(/^[a-z]{0,9}$/)),
);

function write(values: readonly Value[]): Buffer {
  const writer = new BusWriter();
  for (const value of values) {
    if (value[0] === 'byte') writer.byte(value[1]);
    else if (value[0] === 'uint32') writer.uint32(value[1]);
    else writer[value[0]](value[1]);
  }
  return writer.written();
}

describe('values on the bus', () => {
  // Each from the specification's rules, by hand.
  it.each<readonly [string, (writer: BusWriter) => void, string]>([
    ['a byte, then a number at its place', (to) => to.byte(1).uint32(2), '0100000002000000'],
    ['a text', (to) => to.text('foo'), '03000000666f6f00'],
    ['a signature', (to) => to.signature('ay'), '02617900'],
    ['an empty array of structures', (to) => to.array(8, () => undefined), '0000000000000000'],
    [
      'an array, whose length leaves out the padding before its first element',
      (to) => to.array(8, () => to.align(8).text('a')),
      '06000000000000000100000061' + '00',
    ],
  ])('%s', (_name, fill, hex) => {
    const writer = new BusWriter();
    fill(writer);
    expect(writer.written().toString('hex')).toBe(hex);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 60 }), (values) => {
        const reader = new BusReader(write(values));
        expect(values.map(([type]) => [type, reader[type]()])).toEqual(values);
        expect(reader.isSound).toBe(true);
      }),
    );
  });

  it('cut off are not sound, and no read throws', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 9 }), fc.nat(), (values, seed) => {
        const bytes = write(values);
        const reader = new BusReader(bytes.subarray(0, seed % bytes.length));
        for (const [type] of values) reader[type]();
        expect(reader.isSound).toBe(false);
      }),
    );
  });

  it.each([
    ['is longer than the bytes', 'ffffffff' + '0000000061'],
    ['ends within an element', '03000000' + '0100000061000000'],
  ])('an array that %s is not sound', (_name, hex) => {
    const reader = new BusReader(Buffer.from(hex, 'hex'));
    reader.array(4, () => reader.text());
    expect(reader.isSound).toBe(false);
  });
});
