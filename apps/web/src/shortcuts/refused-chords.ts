import { msg, t } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { IS_APPLE } from '../controls/keys.tsx';
import { i18n } from '../languages/i18n.ts';
import type { Chord } from './action.ts';

/** Why an action can’t have a chord, as a sentence; undefined if it can. */
export function refusalOf(chord: Chord, isApple = IS_APPLE): string | undefined {
  if (/^(?:Shift )?(?:\p{Lu}\p{Ll}\S*)$/u.test(chord)) {
    return t`This key alone moves the focus, writes or closes things. Hold another key with it.`;
  }
  const rows = [...RESERVED, ...(isApple ? RESERVED_ON_APPLE : RESERVED_ELSEWHERE)];
  const row = rows.find(({ chords }) => chords.some((each) => matches(each, chord)));
  return row && i18n._(row.reason);
}

function matches(pattern: Chord | RegExp, chord: Chord): boolean {
  return typeof pattern === 'string' ? pattern === chord : pattern.test(chord);
}

interface Reserved {
  readonly chords: readonly (Chord | RegExp)[];
  readonly reason: MessageDescriptor;
}

const RESERVED: readonly Reserved[] = [
  {
    chords: [/^Mod (?:Shift )?[NTW]$/, /^(?:Mod|Ctrl) (?:Shift )?(?:Tab|PageUp|PageDown)$/],
    reason: msg`Browsers keep these keys for tabs and windows and don’t pass them on.`,
  },
  {
    chords: [/^Mod [ACVXYZ]$/, 'Mod Shift Z', 'Mod Shift V'],
    reason: msg`These keys are needed for selecting, copying and undoing while you write.`,
  },
  {
    chords: ['F5', 'Mod F5', 'Mod R', 'Mod Shift R'],
    reason: msg`Browsers reload the page with these keys.`,
  },
  {
    chords: [/^Mod (?:Shift )?[-+=0_]$/],
    reason: msg`Browsers change the size of the page with these keys.`,
  },
  {
    chords: [
      'F6',
      'F7',
      'F10',
      'Shift F10',
      'F11',
      'F12',
      'Mod Shift I',
      'Mod Shift J',
      'Mod Shift C',
    ],
    reason: msg`Browsers have a use of their own for these keys.`,
  },
  {
    chords: [
      /^Mod (?:Shift )?(?:Enter|Space)$/,
      /^Mod (?:Shift )?(?:Arrow|Home|End|Backspace|Delete)\S*$/,
    ],
    reason: msg`These keys send, select, or move and delete while you write.`,
  },
];

const RESERVED_ON_APPLE: readonly Reserved[] = [
  {
    chords: [/^Mod (?:Shift |Alt )*(?:[HMQ`]|Space|Tab)$/, 'Mod Alt Escape', /^Mod Shift [345]$/],
    reason: msg`macOS keeps these keys for itself.`,
  },
  {
    chords: [/^Alt (?:Shift )?\S$/u],
    reason: msg`Option with a character writes another character.`,
  },
];

const RESERVED_ELSEWHERE: readonly Reserved[] = [
  {
    chords: [/^Meta /, /^Mod Meta /, /^Alt (?:Shift )?(?:Tab|Space|Escape|F4)$/, 'Mod Alt Delete'],
    reason: msg`The operating system keeps these keys for itself.`,
  },
  {
    chords: ['Alt ArrowLeft', 'Alt ArrowRight', 'Alt Home', 'Alt D'],
    reason: msg`Browsers go back and forward, or to the address, with these keys.`,
  },
];
