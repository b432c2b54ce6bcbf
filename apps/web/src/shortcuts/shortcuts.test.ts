import { describe, expect, it } from 'vitest';
import { commandFor, type KeyPress } from './shortcuts.ts';

function press(text: string): KeyPress {
  const keys = text.split('+');
  const key = keys.at(-1) ?? '';
  return {
    key,
    code: key === '<' ? 'Comma' : /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    ctrlKey: keys.includes('Ctrl'),
    metaKey: keys.includes('Meta'),
    altKey: keys.includes('Alt'),
    shiftKey: keys.includes('Shift'),
  };
}

describe('commandFor', () => {
  it.each([
    ['Ctrl+k', false, 'search'],
    ['Ctrl+k', true, 'search'],
    ['Meta+k', true, 'search'],
    ['Ctrl+Shift+K', false, undefined],
    ['Ctrl+n', true, 'new-chat'],
    ['Ctrl+Alt+n', true, 'new-chat'],
    ['Ctrl+Alt+k', true, undefined],
    ['Ctrl+,', true, 'settings'],
    ['Ctrl+Shift+<', true, 'chat-settings'],
    ['Ctrl+Alt+<', true, undefined],
    ['Ctrl+b', false, 'sidebar'],
    ['Alt+ArrowUp', true, 'later-chat'],
    ['Alt+ArrowDown', true, 'earlier-chat'],
    ['Ctrl+Alt+ArrowDown', true, undefined],
    ['Shift+?', false, 'shortcuts'],
    ['Shift+?', true, undefined],
    ['k', false, undefined],
    ['n', true, undefined],
  ])('%s while typing: %s', (text, typing, expected) => {
    expect(commandFor(press(text), typing)).toBe(expected);
  });

  it('uses the physical key when Alt changes the character', () => {
    expect(commandFor({ ...press('Ctrl+Alt+n'), key: '˜' }, true)).toBe('new-chat');
  });
});
