import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { encodeUtf8 } from '@postern/kernel';
import { MIN_PASSPHRASE_LENGTH, passphraseProblem } from '@postern/protocol';
import { i18n } from '../languages/i18n.ts';

export interface Strength {
  readonly level: 'too-short' | 'weak' | 'fair' | 'good' | 'strong';
  readonly hint: string;
}

const HINTS: Readonly<Record<Strength['level'], MessageDescriptor>> = {
  'too-short': msg`Use at least ${{ count: MIN_PASSPHRASE_LENGTH }} characters.`,
  weak: msg`Weak. Use four or five unrelated words.`,
  fair: msg`Fair. Add another word or two.`,
  good: msg`Good.`,
  strong: msg`Strong.`,
};

const COMMON =
  /passwor[dt]|passphrase|qwert[yz]|letmein|welcome|iloveyou|admin|postern|monkey|dragon/gi;

/**
 * Estimates the strength of a passphrase, as a hint only. Repeats, runs like `1234` and the most
 * common words count as one character each.
 */
export function passphraseStrength(text: string): Strength {
  const level = levelOf(text);
  return { level, hint: i18n._(HINTS[level]) };
}

function levelOf(text: string): Strength['level'] {
  if (passphraseProblem(encodeUtf8(text.normalize('NFC'))) === 'too-short') return 'too-short';
  const bits = varietyBits(text.replace(COMMON, '#'));
  if (bits < 40) return 'weak';
  if (bits < 60) return 'fair';
  return bits < 85 ? 'good' : 'strong';
}

function varietyBits(text: string): number {
  const letters = Array.from(text);
  const alphabet =
    (/[a-z]/.test(text) ? 26 : 0) +
    (/[A-Z]/.test(text) ? 26 : 0) +
    (/\d/.test(text) ? 10 : 0) +
    (/[ -/:-@[-`{-~]/.test(text) ? 20 : 0) +
    (/[^\u0020-\u007e]/.test(text) ? 60 : 0);
  const distinct = new Set(letters).size;
  const useful = letters.filter((letter, at) => !continuesRun(letters[at - 1], letter)).length;
  // Repeating few distinct letters adds little variety.
  const choices = Math.min(alphabet, distinct * 4);
  return useful * Math.log2(Math.max(2, choices)) * 0.8;
}

function continuesRun(before: string | undefined, letter: string): boolean {
  if (before === undefined) return false;
  const step = (letter.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0);
  return Math.abs(step) <= 1;
}
