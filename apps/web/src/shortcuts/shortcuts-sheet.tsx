import type { ReactElement } from 'react';
import { Dialog } from '../controls/dialog.tsx';
import { Keys } from '../controls/keys.tsx';
import { SHORTCUTS } from './shortcuts.ts';

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
