import './model-picker.css';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ModelMarks } from '@postern/protocol';
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { Keys } from '../controls/keys.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { SaidText, SentText } from '../controls/sent-text.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { useStore } from '../state/store.ts';
import { offeredModels, type ModelChoice, type OfferedModel } from './choose-model.ts';
import { toggleFavourite } from './favourites.ts';
import { ModelRows } from './model-rows.tsx';
import { marks, models } from './models.ts';
import { nameOf, pickerRows, type ModelRow } from './picker-rows.ts';
import { useAnchored } from './use-anchored.ts';

interface PickerProps {
  readonly anchor: { readonly current: HTMLElement | null };
  readonly chosen: OfferedModel | undefined;
  readonly onPick: (choice: ModelChoice) => void;
  readonly onClose: () => void;
}

/** All models by provider, favourites first: type to filter, arrow keys to move, Enter to choose. */
export function ModelPicker({ anchor, chosen, onPick, onClose }: PickerProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  useAnchored(box, anchor);
  const list = usePickerList(chosen);
  const { rows, markedAt } = list;
  const listId = useId();
  const [said, setSaid] = useState('');
  const toggle = (row: ModelRow): void => {
    list.mark(row);
    void toggleFavourite(row.model, !row.isFavourite).then((text) => {
      setSaid(text);
    });
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    // The picker may be inside a form, such as the message's, which Enter would submit.
    if (event.key === 'Enter') event.preventDefault();
    const moved = nextIndex(event.key, markedAt, rows.length);
    const row = rows[moved ?? markedAt];
    if (row === undefined) return;
    if (moved !== undefined) list.mark(row);
    else if (event.key === 'Enter') onPick(row.model);
    else if (isFavouriteKey(event)) toggle(row);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t`Choose a model`} titleHidden className="model-picker" onClose={onClose}>
      <div ref={box} className="model-picker-box">
        <QueryField
          query={list.query}
          onQuery={list.search}
          listId={listId}
          markedId={rows.length === 0 ? undefined : `${listId}-${String(markedAt)}`}
          onKeyDown={keyDown}
        />
        <ModelRows
          {...{ rows, markedAt, chosen, listId }}
          onPick={(row) => {
            onPick(row.model);
          }}
          onToggle={toggle}
        />
        {rows.length === 0 && <NothingFound />}
        <GroupFailures />
        <p className="picker-hint" id={`${listId}-hint`}>
          <span>{t`US dollars per million tokens`}</span>
          <span className="picker-keys">
            <Trans>
              <Keys keys={['Mod', 'D']} /> favourite
            </Trans>
          </span>
        </p>
        <p className="visually-hidden" role="status">
          {said}
        </p>
      </div>
    </Dialog>
  );
}

/** Ctrl+D, or Command+D: what adds a bookmark elsewhere. */
function isFavouriteKey(event: KeyboardEvent): boolean {
  const { ctrlKey, metaKey, altKey, shiftKey } = event;
  return event.key.toLowerCase() === 'd' && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

interface PickerList {
  readonly query: string;
  readonly search: (query: string) => void;
  readonly rows: readonly ModelRow[];
  readonly markedAt: number;
  readonly mark: (row: ModelRow) => void;
}

/** The rows, and which of them is marked: at first the chosen model. */
function usePickerList(chosen: OfferedModel | undefined): PickerList {
  const { groups } = useStore(models);
  const known: ModelMarks = useStore(marks);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState<Pick<ModelRow, 'key' | 'model'> | undefined>(
    chosen && { key: `${chosen.provider} ${nameOf(chosen)}`, model: chosen },
  );
  const rows = useMemo(
    () => pickerRows(offeredModels(groups), known, query),
    [groups, known, query],
  );
  return {
    query,
    search: (text) => {
      setQuery(text);
      setMarked(undefined);
    },
    rows,
    markedAt: Math.max(0, indexOf(rows, marked)),
    mark: setMarked,
  };
}

/** A favourite's row may have gone; then the row of the same model with its provider is meant. */
function indexOf(
  rows: readonly ModelRow[],
  marked: Pick<ModelRow, 'key' | 'model'> | undefined,
): number {
  if (marked === undefined) return -1;
  const same = rows.findIndex(({ key }) => key === marked.key);
  return same === -1 ? rows.findIndex(({ model }) => nameOf(model) === nameOf(marked.model)) : same;
}

function QueryField(props: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly listId: string;
  readonly markedId: string | undefined;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}): ReactElement {
  const { query, onQuery, listId, markedId, onKeyDown } = props;
  return (
    <input
      className="picker-query"
      role="combobox"
      aria-label={t`Search models`}
      aria-expanded="true"
      aria-controls={listId}
      aria-activedescendant={markedId}
      aria-describedby={`${listId}-hint`}
      placeholder={t`Search models`}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the picker opens for typing
      autoFocus
      autoComplete="off"
      spellCheck={false}
      dir="auto"
      maxLength={200}
      value={query}
      onChange={(event) => {
        onQuery(event.target.value);
      }}
      onKeyDown={onKeyDown}
    />
  );
}

function NothingFound(): ReactElement {
  const { status } = useStore(models);
  return status === 'loading' ? (
    <Spinner label={t`Loading models…`} />
  ) : (
    <p className="picker-empty">{t`No models found. Try another search.`}</p>
  );
}

/** Lists the providers whose models could not be loaded. */
function GroupFailures(): ReactElement | null {
  const { groups, status } = useStore(models);
  const failed = groups.filter(({ failure }) => failure !== undefined);
  if (typeof status === 'object')
    return (
      <p className="picker-note">
        <SaidText said={status} />
      </p>
    );
  if (failed.length === 0) return null;
  return (
    <div className="picker-note">
      {failed.map(({ provider, label, failure }) => (
        <p key={provider}>
          {t`Couldn’t load models from ${label}.`}{' '}
          {failure !== undefined && <SentText {...failure} />}
        </p>
      ))}
    </div>
  );
}
