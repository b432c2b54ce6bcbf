import '../models/model-picker.css';
import { t } from '@lingui/core/macro';
import { Check } from 'lucide-react';
import { MAX_COMPARED_MODELS } from '@postern/protocol';
import { useEffect, useId, useMemo, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { Spinner } from '../controls/spinner.tsx';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { offeredModels, type ModelChoice, type OfferedModel } from '../models/choose-model.ts';
import { matchModels } from '../models/match-models.ts';
import { loadModels, models } from '../models/models.ts';
import { useStore } from '../state/store.ts';
import { isSameModel } from './compared-models.ts';

interface DialogProps {
  readonly chosen: readonly ModelChoice[];
  /** How many models must be chosen. */
  readonly fewest: 1 | 2;
  readonly onChoose: (models: readonly ModelChoice[]) => void;
  readonly onClose: () => void;
}

/** Chooses up to four models: type to filter, arrow keys to move, Enter to add or remove one. */
export function CompareDialog(props: DialogProps): ReactElement {
  const { fewest, onChoose, onClose } = props;
  const { groups } = useStore(models);
  const offered = useMemo(() => offeredModels(groups), [groups]);
  const [picked, setPicked] = useState<readonly ModelChoice[]>(() => [...props.chosen]);
  const chosen = picked.filter((each) => offered.some((model) => isSameModel(model, each)));
  const toggle = (model: OfferedModel): void => {
    const isChosen = chosen.some((each) => isSameModel(each, model));
    if (isChosen) setPicked(chosen.filter((each) => !isSameModel(each, model)));
    else if (chosen.length < MAX_COMPARED_MODELS) {
      setPicked([...chosen, { provider: model.provider, model: model.model }]);
    }
  };
  const choose = (): void => {
    if (chosen.length >= fewest) onChoose(chosen);
  };
  useEffect(() => {
    void loadModels();
  }, []);
  return (
    <Dialog title={t`Compare models`} className="compare-dialog" onClose={onClose}>
      <p className="dialog-lead">
        {t`Each model gets the whole chat and answers in a column of its own. Each answer is paid for.`}
      </p>
      <ModelChoices offered={offered} chosen={chosen} onToggle={toggle} onDone={choose} />
      <footer className="dialog-actions">
        <p
          className="compare-count"
          role="status"
        >{t`${{ chosen: chosen.length }} of ${{ most: MAX_COMPARED_MODELS }} chosen`}</p>
        <span className="grow" />
        <Button onClick={onClose}>{t`Cancel`}</Button>
        <Button look="primary" disabled={chosen.length < fewest} onClick={choose}>
          {t`Compare`}
        </Button>
      </footer>
    </Dialog>
  );
}

function ModelChoices(props: {
  readonly offered: readonly OfferedModel[];
  readonly chosen: readonly ModelChoice[];
  readonly onToggle: (model: OfferedModel) => void;
  readonly onDone: () => void;
}): ReactElement {
  const { offered, chosen, onToggle, onDone } = props;
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const found = useMemo(() => matchModels(offered, query), [offered, query]);
  const markedAt = Math.min(at, Math.max(0, found.length - 1));
  const listId = useId();
  useScrollIntoView(`${listId}-${markedAt}`);
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const moved = nextIndex(event.key, markedAt, found.length);
    const model = found[markedAt];
    if (moved !== undefined) setAt(moved);
    else if (event.key !== 'Enter') return;
    else if (event.ctrlKey || event.metaKey) onDone();
    else if (model !== undefined) onToggle(model);
    event.preventDefault();
  };
  return (
    <div className="compare-models">
      <QueryField
        query={query}
        listId={listId}
        markedId={found.length === 0 ? undefined : `${listId}-${markedAt}`}
        onQuery={(text) => {
          setQuery(text);
          setAt(0);
        }}
        onKeyDown={keyDown}
      />
      <div
        className="picker-list"
        id={listId}
        role="listbox"
        aria-multiselectable="true"
        aria-label={t`Models`}
      >
        {found.map((model, index) => (
          <ModelChoiceRow
            key={`${model.provider}/${model.model}`}
            id={`${listId}-${index}`}
            model={model}
            marked={index === markedAt}
            chosen={chosen.some((each) => isSameModel(each, model))}
            full={chosen.length >= MAX_COMPARED_MODELS}
            onToggle={onToggle}
          />
        ))}
      </div>
      {found.length === 0 && <NothingFound />}
    </div>
  );
}

function QueryField(props: {
  readonly query: string;
  readonly listId: string;
  readonly markedId: string | undefined;
  readonly onQuery: (query: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}): ReactElement {
  const { query, listId, markedId, onQuery, onKeyDown } = props;
  return (
    <input
      className="picker-query"
      role="combobox"
      aria-label={t`Search models`}
      aria-expanded="true"
      aria-controls={listId}
      aria-activedescendant={markedId}
      placeholder={t`Search models`}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the dialog opens for typing
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
    <Spinner label={t`Loading models…`} />
  ) : (
    <p className="picker-empty">{t`No models found. Try another search.`}</p>
  );
}

function ModelChoiceRow(props: {
  readonly id: string;
  readonly model: OfferedModel;
  readonly marked: boolean;
  readonly chosen: boolean;
  readonly full: boolean;
  readonly onToggle: (model: OfferedModel) => void;
}): ReactElement {
  const { id, model, marked, chosen, full, onToggle } = props;
  return (
    <button
      type="button"
      role="option"
      id={id}
      tabIndex={-1}
      className="compare-row"
      aria-selected={chosen}
      aria-disabled={full && !chosen}
      data-marked={marked}
      onClick={() => {
        onToggle(model);
      }}
    >
      <span className="compare-box" aria-hidden="true">
        {chosen && <Check size={13} />}
      </span>
      <span className="picker-name" dir="auto">
        {model.label}
      </span>
      <span className="compare-provider" dir="auto">
        {model.providerLabel}
      </span>
    </button>
  );
}
