import fc from 'fast-check';
import { expectOk, failed, revealSecret, Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { newRecoveryCode, parseRecoveryCode } from './recovery-code.ts';
import { systemRandomness } from './testing/test-world.ts';

const code = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => ({ bytes, text: revealSecret(newRecoveryCode({ bytes: () => bytes })) }));

const parse = (text: string) => parseRecoveryCode(Secret.of(text));
const MISTYPED = failed({ reason: 'recovery-code-mistyped' });

describe('a recovery code', () => {
  it('is a prefix and eight groups of four characters', () => {
    expect(revealSecret(newRecoveryCode(systemRandomness))).toMatch(
      /^postern1(-[02-9ac-hj-np-z]{4}){8}$/,
    );
  });

  it('is accepted however it is typed', () => {
    fc.assert(
      fc.property(code, ({ bytes, text }) => {
        const typed = [
          text,
          text.toUpperCase(),
          text.replaceAll('-', ' '),
          text.replaceAll('-', ''),
          ` ${text.replace('postern1-', '')}\n`,
        ];
        for (const one of typed) expect(expectOk(parse(one))).toEqual(bytes);
      }),
    );
  });

  it('detects a wrong, swapped, missing or doubled character', () => {
    const { text } = fc.sample(code, { numRuns: 1, seed: 1 })[0] ?? { text: '' };
    const bare = text.replaceAll('-', '');
    for (let at = 8; at < bare.length; at += 1) {
      const [before, after] = [bare.slice(0, at), bare.slice(at + 1)];
      const here = bare.charAt(at);
      for (const other of 'qpzry9x8gf2tvdw0s3jn54khce6mua7l1bio') {
        if (other !== here) expect(parse(before + other + after)).toEqual(MISTYPED);
      }
      expect(parse(before + after)).toEqual(MISTYPED);
      expect(parse(before + here + here + after)).toEqual(MISTYPED);
      const next = after.charAt(0);
      if (next !== '' && next !== here) {
        expect(parse(before + next + here + after.slice(1))).toEqual(MISTYPED);
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'postern1'],
    ['a passphrase', 'correct horse battery staple'],
    ['a megabyte', 'q'.repeat(1_000_000)],
    ['a code of another length', 'postern1'.concat('q'.repeat(60))],
    ['NUL', 'postern1\0'],
  ])('refuses %s', (_, text) => {
    expect(parse(text)).toEqual(MISTYPED);
  });
});
