import { Check } from 'lucide-react';
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { toPageText } from '../api/problem.ts';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { Spinner } from '../controls/spinner.tsx';
import { useStore } from '../state/store.ts';
import { matchModels, offeredModels, type ModelChoice, type OfferedModel } from './choose-model.ts';
import { models } from './models.ts';
import { useAnchored } from './use-anchored.ts';

/** All models by provider: type to filter, arrow keys to move, Enter to choose. */
export function ModelPicker(props: {
  readonly anchor: { readonly current: HTMLElement | null };
  readonly chosen: OfferedModel | undefined;
  readonly onPick: (choice: ModelChoice) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { anchor, chosen, onPick, onClose } = props;
  const { groups } = useStore(models);
  const [query, setQuery] = useState('');
  const found = useMemo(() => matchModels(offeredModels(groups), query), [groups, query]);
  const [marked, setMarked] = useState<ModelChoice | undefined>(chosen);
  const markedAt = Math.max(
    0,
    found.findIndex((model) => isSame(model, marked)),
  );
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  useAnchored(box, anchor);
  useScrollIntoView(`${listId}-${markedAt}`);

  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const moved = nextIndex(event.key, markedAt, found.length);
    const model = found[moved ?? markedAt];
    if (model === undefined) return;
    if (moved !== undefined) setMarked(model);
    else if (event.key === 'Enter') onPick(model);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Choose a model" titleHidden className="model-picker" onClose={onClose}>
      <div ref={box} className="model-picker-box">
        <QueryField
          query={query}
          onQuery={(text) => {
            setQuery(text);
            setMarked(undefined);
          }}
          listId={listId}
          markedId={found.length === 0 ? undefined : `${listId}-${markedAt}`}
          onKeyDown={keyDown}
        />
        <ModelRows
          found={found}
          markedAt={markedAt}
          chosen={chosen}
          listId={listId}
          onPick={onPick}
        />
        {found.length === 0 && <NothingFound />}
        <GroupFailures />
      </div>
    </Dialog>
  );
}

function ModelRows(props: {
  readonly found: readonly OfferedModel[];
  readonly markedAt: number;
  readonly chosen: OfferedModel | undefined;
  readonly listId: string;
  readonly onPick: (choice: ModelChoice) => void;
}): ReactElement {
  const { found, markedAt, chosen, listId, onPick } = props;
  return (
    <div className="picker-list" id={listId} role="listbox" aria-label="Models">
      {found.map((model, index) => (
        <ModelRow
          key={`${model.provider}/${model.model}`}
          id={`${listId}-${index}`}
          model={model}
          heading={found[index - 1]?.provider !== model.provider}
          marked={index === markedAt}
          chosen={isSame(model, chosen)}
          onPick={onPick}
        />
      ))}
    </div>
  );
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
      aria-label="Search models"
      aria-expanded="true"
      aria-controls={listId}
      aria-activedescendant={markedId}
      placeholder="Search models"
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the picker opens for typing
      autoFocus
      spellCheck={false}
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
    <Spinner label="Loading models…" />
  ) : (
    <p className="picker-empty">No models found. Try another search.</p>
  );
}

function isSame(a: ModelChoice, b: ModelChoice | undefined): boolean {
  return a.provider === b?.provider && a.model === b.model;
}

function ModelRow(props: {
  readonly id: string;
  readonly model: OfferedModel;
  readonly heading: boolean;
  readonly marked: boolean;
  readonly chosen: boolean;
  readonly onPick: (choice: ModelChoice) => void;
}): ReactElement {
  const { id, model, heading, marked, chosen, onPick } = props;
  return (
    <>
      {heading && (
        <div className="picker-heading" role="presentation">
          {model.providerLabel}
        </div>
      )}
      <button
        type="button"
        role="option"
        id={id}
        tabIndex={-1}
        className="picker-row"
        aria-selected={marked}
        onClick={() => {
          onPick(model);
        }}
      >
        <span className="picker-name">{model.label}</span>
        {model.label !== model.model && <span className="picker-id">{model.model}</span>}
        {chosen && <Check aria-label="Selected" size={15} />}
      </button>
    </>
  );
}

/** Lists the providers whose models could not be loaded. */
function GroupFailures(): ReactElement | null {
  const { groups, status } = useStore(models);
  const failed = groups.filter(({ failure }) => failure !== undefined);
  if (typeof status === 'object') return <p className="picker-note">{status.message}</p>;
  if (failed.length === 0) return null;
  return (
    <div className="picker-note">
      {failed.map(({ provider, label, failure }) => (
        <p key={provider}>
          Couldn’t load models from {label}. {toPageText(failure?.message)}
        </p>
      ))}
    </div>
  );
}
