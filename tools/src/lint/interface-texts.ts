/** The folders of the page whose texts aren't translated yet. */
export const NOT_TRANSLATED = ['chat', 'conversations', 'settings', 'vault'];

/** Options of lingui/no-unlocalized-strings: which strings aren't texts for the user. */
export const INTERFACE_TEXTS = {
  useTsTypes: true,
  ignore: [
    // A word in lower case, an address, a selector, a key: no text that a user reads.
    '^(?![A-Z])\\S*$',
    // A constant of the platform, a command, a header, names of models.
    '^[A-Z0-9_-]+$',
    '^Postern$|^postern ',
    '^Authorization: ',
    '^llama',
    // A chord of an action.
    '^(?:(?:Mod|Ctrl|Meta|Alt|Shift) )+\\S+$|^F\\d+$',
    '^(?:Alt|AltGraph|Backspace|CapsLock|Control|Ctrl|Delete|End|Enter|Esc|Escape|Fn|Home|Meta|Mod|Pg\\w+|Page\\w+|Process|Shift|Space|Tab|Unidentified)$|^Arrow',
    '^\\[data-',
  ],
  ignoreNames: [
    { regex: { pattern: '(?:class|Class)Name$|^aria-(?!label|placeholder|roledesc|valuetext)' } },
    { regex: { pattern: '^[A-Z0-9_]+_(?:KEY|EVENT|SELECTOR|PATTERN)$' } },
    'd',
    'data-testid',
    'href',
    'id',
    'key',
    'points',
    'sizes',
    'src',
    'style',
    'target',
    'transform',
    'type',
    'viewBox',
  ],
  ignoreFunctions: [
    'Error',
    'RegExp',
    'TypeError',
    '*.addEventListener',
    '*.closest',
    '*.matches',
    '*.querySelector',
    '*.querySelectorAll',
    '*.removeEventListener',
    '*.setAttribute',
    '*.setProperty',
    '*.startsWith',
    '*.endsWith',
    '*.includes',
    'createStore',
    'matchMedia',
    '*.matchMedia',
  ],
};
