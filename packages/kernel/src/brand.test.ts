import { describe, expect, test } from 'vitest';
import { brandOf } from './brand.ts';

const petName = brandOf('PetName', /^[a-z]{2,8}$/);

describe('brandOf', () => {
  test('returns the text if it has the right format', () => {
    expect(petName.parse('rex')).toBe('rex');
    expect(petName.from('rex')).toBe('rex');
  });

  test.each(['', 'r', 'Rex', 'rex ', ' rex', 'rex\n', 'rexrexrex', 'réx', 're\0x'])(
    'refuses %j',
    (text) => {
      expect(petName.parse(text)).toBeUndefined();
    },
  );

  test('throws for another format, without the text in the message', () => {
    expect(() => petName.from('MARKED')).toThrow(TypeError);
    expect(() => petName.from('MARKED')).toThrow('not a valid PetName');
  });

  test('keeps no state between calls, even with a global or sticky pattern', () => {
    const sticky = brandOf('Sticky', /^[a-z]+$/gy);
    expect([sticky.parse('aa'), sticky.parse('aa'), sticky.parse('aa')]).toEqual([
      'aa',
      'aa',
      'aa',
    ]);
  });
});
