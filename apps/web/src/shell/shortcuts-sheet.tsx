import type { ReactElement } from 'react';
import { Dialog } from '../controls/dialog.tsx';
import { SHORTCUTS } from './shortcuts.ts';

const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The name of a key on this operating system. */
function keyName(key: string): string {
  if (key === 'Mod') return APPLE ? '⌘' : 'Ctrl';
  return APPLE && key === 'Alt' ? '⌥' : key;
}

export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(({ keys, description }) => (
          <div key={keys.join(' ')}>
            <dt>{description}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">
        Some browsers reserve shortcuts such as Ctrl N. The others work in every browser.
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
