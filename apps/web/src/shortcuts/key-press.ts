import { IS_APPLE } from '../controls/keys.tsx';
import type { Chord } from './action.ts';

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly getModifierState?: (name: string) => boolean;
}

const MODIFIERS = new Set(['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'CapsLock', 'Fn']);
/** Keys without a meaning of their own: dead ones, and those that the browser can't name. */
const NAMELESS = new Set(['Unidentified', 'Process', '']);

/**
 * The chords that a key press can be, the one to record first; none for a modifier alone. The character counts, so
 * that shortcuts follow the keyboard layout. The physical key counts too where the character is no name of the key:
 * in layouts of other scripts, with Option on Apple systems, and with Shift.
 */
export function chordsOf(press: KeyPress, isApple = IS_APPLE): readonly Chord[] {
  const { key } = press;
  if (MODIFIERS.has(key) || NAMELESS.has(key)) return [];
  const named = (name: string, shift: boolean): Chord =>
    [...modifiersOf(press, isApple), ...(shift ? ['Shift'] : []), name].join(' ');
  if (key === ' ') return [named('Space', press.shiftKey)];
  if (key.length > 1 && key !== 'Dead') return [named(key, press.shiftKey)];
  const isOption = isApple && press.altKey;
  if (/^[A-Za-z]$/.test(key) && !isOption) return [named(key.toUpperCase(), press.shiftKey)];
  return ofCharacter(press, isOption, named);
}

/** The chords of a character that isn’t A to Z: by itself, and by its physical key. */
function ofCharacter(
  press: KeyPress,
  isOption: boolean,
  named: (name: string, shift: boolean) => Chord,
): readonly Chord[] {
  const { key, shiftKey } = press;
  const place = physicalName(press, isOption);
  const byPlace = place === undefined ? [] : [named(place, shiftKey)];
  const byKey = key === 'Dead' ? [] : [named(key.toUpperCase(), isLetter(key) && shiftKey)];
  const isForeign = isLetter(key) && !/\p{Script=Latin}/u.test(key);
  const isShifted = !isLetter(key) && isModified(press) && shiftKey;
  const isPlaceFirst = isOption || isForeign || isShifted;
  return [...new Set(isPlaceFirst ? [...byPlace, ...byKey] : [...byKey, ...byPlace])];
}

/** AltGr types characters, which on Windows looks like Ctrl and Alt. */
function isTyped(press: KeyPress): boolean {
  return press.key.length === 1 && press.getModifierState?.('AltGraph') === true;
}

function modifiersOf(press: KeyPress, isApple: boolean): readonly string[] {
  if (isTyped(press)) return [];
  const { ctrlKey, metaKey, altKey } = press;
  const held = [
    ['Mod', isApple ? metaKey : ctrlKey],
    ['Ctrl', isApple && ctrlKey],
    ['Meta', !isApple && metaKey],
    ['Alt', altKey],
  ] as const;
  return held.flatMap(([name, isHeld]) => (isHeld ? [name] : []));
}

function isModified({ ctrlKey, metaKey, altKey }: KeyPress): boolean {
  return ctrlKey || metaKey || altKey;
}

function isLetter(key: string): boolean {
  return /^\p{L}$/u.test(key);
}

/** The name of the physical key in the US layout, if the character doesn’t name it. */
function physicalName({ key, code }: KeyPress, isOption: boolean): string | undefined {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  // In Latin layouts, a character of a letter’s place, like the comma of AZERTY, is that character only.
  if (letter !== undefined)
    return isOption || key === 'Dead' || /[^ -~]/.test(key) ? letter : undefined;
  const [, digit] = /^Digit(\d)$/.exec(code) ?? [];
  return digit ?? PLACES[code];
}

const PLACES: Readonly<Record<string, string>> = {
  Comma: ',',
  Period: '.',
  Slash: '/',
  Semicolon: ';',
  Quote: "'",
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Backquote: '`',
  Minus: '-',
  Equal: '=',
};

const PLAIN_KEY = /^(?:Shift )?\S$/u;

/** Whether a chord is a character alone, which speech input and typing beside a field can press by accident. */
export function isSingleKey(chord: Chord): boolean {
  return PLAIN_KEY.test(chord) || chord === 'Space';
}

/** Whether a press with this chord can be text in a field. */
export function isText(chord: Chord, isApple = IS_APPLE): boolean {
  if (isSingleKey(chord)) return true;
  if (isApple) return /^Alt (?:Shift )?\S$/u.test(chord);
  // Named keys alone move and edit in a field; F1 to F12 don’t.
  return /^(?:Shift )?(?!F\d)\w+$/.test(chord);
}
