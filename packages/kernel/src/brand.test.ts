import { describe, expect, test } from 'vitest';
import { brandOf } from './brand.ts';

const petName = brandOf('PetName', /^[a-z]{2,8}$/);

describe('brandOf', () => {
  test('gives the text itself where it has the form', () => {
    expect(petName.parse('rex')).toBe('rex');
    expect(petName.from('rex')).toBe('rex');
  });

  test.each(['', 'r', 'Rex', 'rex ', ' rex', 'rex\n', 'rexrexrex', 'réx', 're\0x'])(
    'refuses %j',
    (text) => {
      expect(petName.parse(text)).toBeUndefined();
    },
  );

  test('from is a fault for another form, without the text in its message', () => {
    expect(() => petName.from('MARKED')).toThrow(TypeError);
    expect(() => petName.from('MARKED')).toThrow('not a valid PetName');
  });

  test('keeps no state between calls, also under a global or sticky form', () => {
    const sticky = brandOf('Sticky', /^[a-z]+$/gy);
    expect([sticky.parse('aa'), sticky.parse('aa'), sticky.parse('aa')]).toEqual([
      'aa',
      'aa',
      'aa',
    ]);
  });
});
