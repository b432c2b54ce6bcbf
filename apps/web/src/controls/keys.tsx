import type { ReactElement } from 'react';

const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The name of a key on this operating system. */
function keyName(key: string): string {
  if (key === 'Mod') return APPLE ? '⌘' : 'Ctrl';
  return APPLE && key === 'Alt' ? '⌥' : key;
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
