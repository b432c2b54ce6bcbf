import { IS_APPLE, keyName } from '../controls/keys.tsx';
import type { Chord } from './action.ts';

const SHOWN: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** Apple shows modifiers in this order, with Command last. */
const APPLE_ORDER = ['Ctrl', 'Alt', 'Shift', 'Mod'];

/** The keys of a chord, to be shown. */
export function chordKeys(chord: Chord, isApple = IS_APPLE): readonly string[] {
  const keys = chord.split(' ').map((key) => SHOWN[key] ?? key);
  const modifiers = keys.slice(0, -1);
  if (isApple) modifiers.sort((a, b) => APPLE_ORDER.indexOf(a) - APPLE_ORDER.indexOf(b));
  return [...modifiers, ...keys.slice(-1)];
}

/** A chord as text, for messages. */
export function chordText(chord: Chord): string {
  return chordKeys(chord)
    .map(keyName)
    .join(IS_APPLE ? '' : ' ');
}
