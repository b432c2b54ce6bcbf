import { describe, expect, it } from 'vitest';
import { refusalOf } from './refused-chords.ts';

describe('refusalOf', () => {
  it.each([
    'Mod T',
    'Mod W',
    'Mod Shift N',
    'Mod Tab',
    'Mod C',
    'Mod V',
    'Mod A',
    'Mod R',
    'F5',
    'F11',
    'F12',
    'Mod -',
    'Mod Enter',
    'Mod Space',
    'Enter',
    'Escape',
    'ArrowUp',
    'Shift ArrowDown',
    'Space',
    'Delete',
    'Shift F10',
    'Alt F4',
    'Alt Tab',
    'Meta L',
    'Alt ArrowLeft',
  ])('refuses %s with a reason', (chord) => {
    expect(refusalOf(chord, false)).toMatch(/\.$/);
  });

  it.each(['Mod K', 'Mod Alt N', 'F2', 'F9', 'N', '?', 'Mod Shift ,', 'Alt ArrowUp', 'Mod F'])(
    'allows %s',
    (chord) => {
      expect(refusalOf(chord, false)).toBeUndefined();
    },
  );

  it.each([
    ['Mod Q', true],
    ['Mod Space', true],
    ['Alt N', true],
    ['Mod Shift 4', true],
    ['Ctrl N', false],
    ['Mod Alt N', false],
  ])('%s on Apple systems is refused: %s', (chord, refused) => {
    expect(refusalOf(chord, true) !== undefined).toBe(refused);
  });
});
