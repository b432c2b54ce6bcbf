import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64Text, encodeBase64Text } from './base64-text.ts';

describe('base64 of texts (RFC 4648)', () => {
  const VECTORS = [
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
    ['é€😀', 'w6nigqzwn5iA'],
  ] as const;
  test.each(VECTORS)('%j is %j', (text, base64) => {
    expect(encodeBase64Text(text)).toBe(base64);
    expect(decodeBase64Text(base64)).toBe(text);
  });

  test('is that of the platform, and its own inverse', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const base64 = Buffer.from(text, 'utf8').toString('base64');
        expect(encodeBase64Text(text)).toBe(base64);
        expect(decodeBase64Text(base64)).toBe(text);
      }),
    );
  });

  test.each(['!', 'Z', 'Zg==Zg==', 'Zm9v!', '/w==', 'w6', '-_-_'])('%j is refused', (base64) => {
    expect(decodeBase64Text(base64)).toBeUndefined();
  });

  test('line breaks and missing padding are taken', () => {
    expect(decodeBase64Text('Zm9v\r\nYg')).toBe('foob');
  });
});
