import './shortcuts-sheet.css';
import { t } from '@lingui/core/macro';
import type { ReactElement } from 'react';
import { Dialog } from '../controls/dialog.tsx';
import { Keys } from '../controls/keys.tsx';
import { i18n } from '../languages/i18n.ts';
import { routeToFragment } from '../navigation/route.ts';
import { useStore } from '../state/store.ts';
import { ACTION_GROUPS, actions, titleOfGroup, type Chord } from './action.ts';
import { bindings, keysOfAll } from './bindings.ts';
import { chordKeys } from './chord-keys.ts';
import { FIXED_KEYS } from './fixed-keys.ts';

interface Row {
  readonly key: string;
  readonly label: string;
  readonly chords: readonly Chord[];
}

/** Every shortcut, from the table of actions. */
export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }): ReactElement {
  const all = useStore(actions);
  const keys = keysOfAll(all, useStore(bindings));
  const groups = ACTION_GROUPS.map((group) => ({
    name: titleOfGroup(group),
    rows: all
      .filter((action) => action.group === group)
      .map(({ id, label }): Row => ({ key: id, label: label(), chords: keys.get(id) ?? [] }))
      // Actions without keys are there too, after the others: the palette runs them.
      .sort((a, b) => Number(a.chords.length === 0) - Number(b.chords.length === 0)),
  }));
  const fixed = (['writing', 'list'] as const).map((part) => ({
    name: part === 'writing' ? t`Writing` : t`List of chats`,
    rows: FIXED_KEYS.filter((each) => each.part === part).map(({ label, chords }): Row => {
      const text = i18n._(label);
      return { key: text, label: text, chords };
    }),
  }));
  return (
    <Dialog title={t`Keyboard shortcuts`} className="shortcuts-dialog" onClose={onClose}>
      <div className="shortcuts">
        {[...groups, ...fixed]
          .filter(({ rows }) => rows.length > 0)
          .map(({ name, rows }) => (
            <Group key={name} name={name} rows={rows} />
          ))}
      </div>
      <p className="quiet">
        <a href={routeToFragment({ at: 'settings', section: 'keyboard' })} onClick={onClose}>
          {t`Change shortcuts`}
        </a>{' '}
        {t`Some browsers reserve shortcuts such as Ctrl N.`}
      </p>
    </Dialog>
  );
}

function Group({
  name,
  rows,
}: {
  readonly name: string;
  readonly rows: readonly Row[];
}): ReactElement {
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <dl>
        {rows.map(({ key, label, chords }) => (
          <div key={key}>
            <dt>{label}</dt>
            <dd>{chords.length === 0 ? <NoKeys /> : <Chords chords={chords} />}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function NoKeys(): ReactElement {
  return (
    <>
      <span aria-hidden="true" className="quiet">
        –
      </span>
      <span className="visually-hidden">{t`No keys`}</span>
    </>
  );
}

/** Several chords that do the same. */
export function Chords({ chords }: { readonly chords: readonly Chord[] }): ReactElement {
  return (
    <span className="chords">
      {chords.map((chord) => (
        <Keys key={chord} keys={chordKeys(chord)} />
      ))}
    </span>
  );
}
