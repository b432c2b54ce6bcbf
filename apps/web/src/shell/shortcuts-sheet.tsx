import type { ReactElement } from 'react';
import { Dialog } from '../controls/dialog.tsx';
import { SHORTCUTS } from './shortcuts.ts';

const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The name of a key on this system. */
function keyName(key: string): string {
  if (key === 'Mod') return APPLE ? '⌘' : 'Ctrl';
  return APPLE && key === 'Alt' ? '⌥' : key;
}

export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(({ keys, words }) => (
          <div key={words}>
            <dt>{words}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">
        Browsers keep some keys, such as Ctrl N, for themselves; the others work in every tab.
      </p>
    </Dialog>
  );
}

export function Keys({ keys }: { readonly keys: readonly string[] }): ReactElement {
  return (
    <span className="keys">
      {keys.map((key) => (
        <kbd key={key}>{keyName(key)}</kbd>
      ))}
    </span>
  );
}
