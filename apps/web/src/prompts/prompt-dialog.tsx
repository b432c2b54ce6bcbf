import './prompts.css';
import { t } from '@lingui/core/macro';
import { BookmarkPlus, MessageSquareText, Settings2 } from 'lucide-react';
import { useId, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { SaidText } from '../controls/sent-text.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { navigate } from '../navigation/route.ts';
import { usePrivate } from '../state/private-chats.ts';
import { PromptEditor } from './prompt-editor.tsx';
import { matchPrompts } from './match-prompts.ts';
import {
  promptRow,
  PromptRows,
  shownCount,
  useMarkedRow,
  usePromptList,
  type PromptRow,
} from './prompt-rows.tsx';
import { focusAtEnd, useChosenPrompt } from './use-chosen-prompt.tsx';
import type { Prompts } from './prompts.ts';
import type { PromptTarget } from './prompt-target.ts';

/** The prompts in a list of their own: puts one before the message, or saves the message as one. */
export function PromptDialog(props: PromptTarget & { readonly onClose: () => void }): ReactNode {
  const { area, place, text, onText, onClose } = props;
  const known = usePromptList();
  const [query, setQuery] = useState('');
  const [isSaving, setSaving] = useState(false);
  const isPrivate = usePrivate(place);
  const { choose, form } = useChosenPrompt((inserted) => {
    onClose();
    onText(text.trim() === '' ? inserted : `${inserted.trimEnd()}\n\n${text}`);
    focusAtEnd(area.current);
  });
  const rows: readonly PromptRow[] = [
    ...matchPrompts(known.list, query).map((prompt) =>
      promptRow(prompt, <MessageSquareText aria-hidden="true" size={16} />, () => {
        choose(prompt);
      }),
    ),
    // Nothing of a private chat is stored.
    ...(isPrivate || text.trim() === '' || query !== ''
      ? []
      : [
          saveRow(() => {
            setSaving(true);
          }),
        ]),
    ...(query === '' ? [manageRow(onClose)] : []),
  ];
  if (isSaving) return <PromptEditor text={text} onClose={onClose} />;
  if (form !== null) return form;
  return (
    <Dialog title={t`Prompts`} titleHidden className="prompt-dialog" onClose={onClose}>
      <PromptSearch query={query} onQuery={setQuery} rows={rows} />
      <ListNotes prompts={known} found={rows.length} />
    </Dialog>
  );
}

/** Why the list has no prompts. */
function ListNotes(props: { readonly prompts: Prompts; readonly found: number }): ReactElement {
  const { status, list } = props.prompts;
  return (
    <>
      {status === 'loading' && list.length === 0 && <Spinner label={t`Loading…`} />}
      {typeof status === 'object' && (
        <p className="prompt-note" role="alert">
          <SaidText said={status} /> <span lang={status.lang}>{status.remedy}</span>
        </p>
      )}
      {status === 'loaded' && list.length === 0 && (
        <p className="prompt-note">
          {t`No prompts yet. Save a message that you use often, or write a prompt in the settings.`}
        </p>
      )}
      {props.found === 0 && (
        <p className="prompt-note">{t`No prompts found. Try another search.`}</p>
      )}
    </>
  );
}

function PromptSearch(props: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly rows: readonly PromptRow[];
}): ReactElement {
  const { query, onQuery, rows } = props;
  const [markedAt, mark] = useMarkedRow(rows);
  const listId = useId();
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const moved = nextIndex(event.key, markedAt, shownCount(rows));
    if (moved !== undefined) mark(moved);
    else if (event.key === 'Enter') rows[markedAt]?.run();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        className="prompt-query"
        role="combobox"
        aria-label={t`Search prompts`}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={rows.length === 0 ? undefined : `${listId}-${String(markedAt)}`}
        placeholder={t`Search prompts`}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the list opens for typing
        autoFocus
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        maxLength={200}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
        }}
        onKeyDown={keyDown}
      />
      <PromptRows {...{ rows, markedAt, listId }} />
    </>
  );
}

function saveRow(run: () => void): PromptRow {
  return {
    key: 'save',
    icon: <BookmarkPlus aria-hidden="true" size={16} />,
    name: t`Save message as prompt…`,
    detail: '',
    run,
  };
}

function manageRow(onClose: () => void): PromptRow {
  return {
    key: 'manage',
    icon: <Settings2 aria-hidden="true" size={16} />,
    name: t`Manage prompts`,
    detail: '',
    run: () => {
      onClose();
      navigate({ at: 'settings', section: 'library' });
    },
  };
}
