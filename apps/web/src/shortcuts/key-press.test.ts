import { describe, expect, it } from 'vitest';
import { chordsOf, isSingleKey, isText, type KeyPress } from './key-press.ts';

/** A press as `Ctrl+Shift+; Comma`: modifiers, the character, and the physical key. */
function press(text: string, altGraph = false): KeyPress {
  const [typed = '', code = ''] = text.split(/ (?=\w+$)/);
  const keys = typed === '+' ? ['+'] : typed.split('+');
  return {
    key: keys.at(-1) ?? '',
    code,
    ctrlKey: keys.includes('Ctrl'),
    metaKey: keys.includes('Meta'),
    altKey: keys.includes('Alt'),
    shiftKey: keys.includes('Shift'),
    getModifierState: (name) => altGraph && name === 'AltGraph',
  };
}

describe('chordsOf', () => {
  it.each([
    ['a letter', 'Ctrl+k KeyK', ['Mod K']],
    ['a letter with Caps Lock', 'Ctrl+K KeyK', ['Mod K']],
    ['a letter with Shift', 'Ctrl+Shift+K KeyK', ['Mod Shift K']],
    ['a letter in another place, on Dvorak', 'Ctrl+k KeyV', ['Mod K']],
    ['a Cyrillic letter', 'Ctrl+л KeyK', ['Mod K', 'Mod Л']],
    ['an Arabic letter', 'Ctrl+ن KeyK', ['Mod K', 'Mod ن']],
    ['an umlaut', 'Ctrl+ö Semicolon', ['Mod Ö', 'Mod ;']],
    ['the comma of AZERTY, at the place of M', 'Ctrl+, KeyM', ['Mod ,']],
    ['a comma with Shift', 'Ctrl+Shift+< Comma', ['Mod Shift ,', 'Mod <']],
    ['a comma with Shift, on a German keyboard', 'Ctrl+Shift+; Comma', ['Mod Shift ,', 'Mod ;']],
    ['a slash that needs Shift', 'Ctrl+Shift+/ Digit7', ['Mod Shift 7', 'Mod /']],
    ['a question mark', 'Shift+? Slash', ['?', 'Shift /']],
    ['a question mark, on a German keyboard', 'Shift+? Minus', ['?', 'Shift -']],
    ['a digit of AZERTY', 'Ctrl+& Digit1', ['Mod &', 'Mod 1']],
    ['a named key', 'Alt+ArrowUp ArrowUp', ['Alt ArrowUp']],
    ['the space bar', 'Ctrl+Shift+  Space', ['Mod Shift Space']],
    ['a modifier alone', 'Ctrl+Control ControlLeft', []],
    ['the system key', 'Meta+k KeyK', ['Meta K']],
    ['a key of an input method', 'Process KeyK', []],
  ])('%s', (_name, text, expected) => {
    expect(chordsOf(press(text), false)).toEqual(expected);
  });

  it.each([
    ['Command', 'Meta+k KeyK', ['Mod K']],
    ['Control', 'Ctrl+k KeyK', ['Ctrl K']],
    ['Option, which changes the character', 'Meta+Alt+˜ KeyN', ['Mod Alt N', 'Mod Alt ˜']],
    ['Option with a dead key', 'Meta+Alt+Dead KeyN', ['Mod Alt N']],
  ])('%s on Apple systems', (_name, text, expected) => {
    expect(chordsOf(press(text), true)).toEqual(expected);
  });

  it('takes what AltGr types as a character, not as Ctrl and Alt', () => {
    expect(chordsOf(press('Ctrl+Alt+@ KeyQ', true), false)[0]).toBe('@');
    expect(chordsOf(press('Ctrl+Alt+n KeyN'), false)).toEqual(['Mod Alt N']);
  });
});

describe('isSingleKey and isText', () => {
  it.each([
    ['?', true, true],
    ['Shift N', true, true],
    ['Space', true, true],
    ['F2', false, false],
    ['ArrowUp', false, true],
    ['Shift Enter', false, true],
    ['Mod K', false, false],
    ['Alt ArrowUp', false, false],
    ['Alt N', false, false],
  ])('%s', (chord, single, text) => {
    expect([isSingleKey(chord), isText(chord, false)]).toEqual([single, text]);
  });

  it('knows that Option writes characters on Apple systems', () => {
    expect([isText('Alt N', true), isText('Alt N', false)]).toEqual([true, false]);
  });
});
