import type { ReactElement } from 'react';

export const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `Mod` is Ctrl, or Command on Apple systems. */
const APPLE_NAMES: Readonly<Record<string, string>> = {
  Mod: '⌘',
  Ctrl: '⌃',
  Alt: '⌥',
  Shift: '⇧',
};

/** The name of a key on this operating system. */
export function keyName(key: string): string {
  if (IS_APPLE) return APPLE_NAMES[key] ?? key;
  return key === 'Mod' ? 'Ctrl' : key;
}

/** Keyboard keys, shown as the current system names them. */
export function Keys({ keys }: { readonly keys: readonly string[] }): ReactElement {
  return (
    <span className="keys">
      {keys.map((key) => (
        <kbd key={key}>{keyName(key)}</kbd>
      ))}
    </span>
  );
}
