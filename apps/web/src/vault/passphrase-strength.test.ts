import { describe, expect, it } from 'vitest';
import { passphraseStrength } from './passphrase-strength.ts';

describe('passphraseStrength', () => {
  it.each([
    ['', 'too-short'],
    ['Tr0ub4&', 'too-short'],
    ['🔑🔑🔑🔑', 'too-short'],
    ['password', 'weak'],
    ['passwordpassword', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['1234567890', 'weak'],
    ['abcdefghijklmnop', 'weak'],
    ['qwertyqwerty', 'weak'],
    ['Summer2024', 'weak'],
    ['correct horse', 'fair'],
    ['lantern moss window', 'good'],
    ['correct horse battery staple', 'strong'],
    ['vK9#pLq2!xWz7@mN4$', 'strong'],
  ])('%s is %s', (text, level) => {
    expect(passphraseStrength(text).level).toBe(level);
  });
});
