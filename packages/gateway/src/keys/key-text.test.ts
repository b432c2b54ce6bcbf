import { revealSecret, Secret } from '@postern/kernel';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyHasher } from './key-hash.ts';
import { isKeyText, mintKey } from './key-text.ts';

const hashOf = keyHasher(Secret.of('5a'.repeat(32)));

const mint = (fill?: number): { text: string; shown: string } => {
  const { key, hint: shown } = mintKey(hashOf, {
    bytes: (count) => (fill === undefined ? randomBytes(count) : new Uint8Array(count).fill(fill)),
  });
  return { text: revealSecret(key), shown };
};

describe('a gateway key', () => {
  it('has one fixed form whatever its random bits are', () => {
    for (const fill of [undefined, 0, 1, 0xff]) {
      const { text, shown } = mint(fill);
      expect(text).toMatch(/^sk-postern-[0-9A-Za-z]{43}[0-9a-f]{8}$/);
      expect(shown).toBe(`…${text.slice(-4)}`);
      expect(isKeyText(text)).toBe(true);
    }
    expect(mint(0).text).toBe(`sk-postern-${'0'.repeat(43)}${mint(0).text.slice(-8)}`);
  });

  it('carries all 256 bits: neighbours differ', () => {
    const seen = new Set<string>();
    for (let at = 0; at < 256; at += 1) {
      const bytes = new Uint8Array(32);
      bytes[at >> 3] = 1 << (at & 7);
      seen.add(revealSecret(mintKey(hashOf, { bytes: () => bytes }).key));
    }
    expect(seen.size).toBe(256);
  });

  it('detects every single-character typo by its checksum', () => {
    const { text } = mint();
    for (let at = 0; at < text.length; at += 1) {
      const slip = text[at] === 'x' ? 'y' : 'x';
      expect(isKeyText(text.slice(0, at) + slip + text.slice(at + 1))).toBe(false);
    }
  });

  it('detects swapped neighbours', () => {
    const { text } = mint();
    for (let at = 11; at < text.length - 1; at += 1) {
      const [one = '', other = ''] = [text[at], text[at + 1]];
      if (one === other) continue;
      expect(isKeyText(text.slice(0, at) + other + one + text.slice(at + 2))).toBe(false);
    }
  });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'sk-postern-'],
    ['a quote', `sk-postern-' OR '1'='1`],
    ['NUL at the end', '\0'],
    ['a line end', '\n'],
    ['a megabyte', 'a'.repeat(1 << 20)],
    ['non-ASCII digits', 'sk-postern-' + '٣'.repeat(51)],
  ])('refuses %s', (_name, text) => {
    expect(isKeyText(text)).toBe(false);
    expect(isKeyText(mint().text + text)).toBe(text === '');
  });
});
