import { t } from '@lingui/core/macro';
import { Check, Folder, FolderPlus, Hash, X } from 'lucide-react';
import {
  labelKey,
  type Conversation,
  type ConversationChange,
  type ConversationId,
} from '@postern/protocol';
import { useId, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { listIn, lists } from '../conversations/conversation-list.ts';
import { labels } from '../conversations/labels.ts';
import { useStore } from '../state/store.ts';
import { inverseChanges } from './inverse-changes.ts';
import { knownConversation, offerUndo, organiseChats } from './organise-chats.ts';
import { clearSelection } from './selection.ts';

/** With more than these, the user types to find the others. */
const MAX_SHOWN = 50;

interface Choice {
  readonly key: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly isChecked?: boolean;
  readonly run: () => void;
}

/** Moves chats to a folder, which may be a new one, or out of their folder. */
export function FolderPicker(props: {
  readonly ids: readonly ConversationId[];
  readonly onClose: () => void;
}): ReactElement {
  const { ids, onClose } = props;
  const { folders } = useStore(labels);
  const [query, setQuery] = useState('');
  const chats = useChats(ids);
  const move = (folder: string | null) => (): void => {
    onClose();
    clearSelection();
    void organiseChats(ids, { folder });
  };
  const none: Choice = {
    key: 'none',
    label: t`No folder`,
    icon: <X aria-hidden="true" size={15} />,
    run: move(null),
  };
  const choices = matching(folders, query).map((name): Choice => ({
    key: `folder ${name}`,
    label: name,
    icon: <Folder aria-hidden="true" size={15} />,
    isChecked: chats.length > 0 && chats.every(({ folder }) => folder === name),
    run: move(name),
  }));
  const fresh = newName(folders, query);
  return (
    <LabelPicker
      title={t`Move to folder`}
      placeholder={t`Find or create a folder`}
      query={query}
      onQuery={setQuery}
      onClose={onClose}
      choices={[
        ...(query.trim() === '' && chats.some(({ folder }) => folder !== undefined) ? [none] : []),
        ...choices,
        ...(fresh === undefined ? [] : [createChoice(fresh, move(fresh))]),
      ]}
      empty={t`Type a name to create the first folder.`}
    />
  );
}

/** Adds tags to chats and removes them. A tag is checked if all of the chats have it. */
export function TagPicker(props: {
  readonly ids: readonly ConversationId[];
  readonly onClose: () => void;
}): ReactElement {
  const { ids, onClose } = props;
  const { tags } = useStore(labels);
  const [query, setQuery] = useState('');
  const chats = useChats(ids);
  const [before] = useState(chats);
  const [last, setLast] = useState<Promise<unknown>>();
  const change = (wanted: ConversationChange): void => {
    setLast(organiseChats(ids, wanted, 'quietly'));
  };
  const close = (): void => {
    onClose();
    void Promise.resolve(last).then(() => {
      const undo = inverseChanges(before, chatsOf(ids));
      if (undo.length > 0) offerUndo(t`The tags are changed.`, undo);
    });
  };
  const hasTag = (chat: Conversation, name: string): boolean =>
    chat.tags?.some((each) => labelKey(each) === labelKey(name)) === true;
  const choices = matching(tags, query).map((name): Choice => {
    const isChecked = chats.length > 0 && chats.every((chat) => hasTag(chat, name));
    return {
      key: `tag ${name}`,
      label: name,
      icon: <Hash aria-hidden="true" size={15} />,
      isChecked,
      run: () => {
        change(isChecked ? { removeTags: [name] } : { addTags: [name] });
      },
    };
  });
  const fresh = newName(tags, query);
  const create = (name: string) => (): void => {
    setQuery('');
    change({ addTags: [name] });
  };
  return (
    <LabelPicker
      title={t`Tags`}
      placeholder={t`Find or create a tag`}
      query={query}
      onQuery={setQuery}
      onClose={close}
      choices={[...choices, ...(fresh === undefined ? [] : [createChoice(fresh, create(fresh))])]}
      empty={t`Type a name to create the first tag.`}
    />
  );
}

/** Picks the tag whose chats the list shows. */
export function FilterPicker(props: {
  readonly onPick: (name: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { onPick, onClose } = props;
  const { tags } = useStore(labels);
  const [query, setQuery] = useState('');
  return (
    <LabelPicker
      title={t`Chats with a tag`}
      placeholder={t`Find a tag`}
      query={query}
      onQuery={setQuery}
      onClose={onClose}
      choices={matching(tags, query).map((name) => ({
        key: name,
        label: name,
        icon: <Hash aria-hidden="true" size={15} />,
        run: () => {
          onPick(name);
        },
      }))}
      empty={
        query === '' ? t`No chat has a tag yet. Add one in the menu of a chat.` : t`No such tag.`
      }
    />
  );
}

/** The chats as the lists have them now. */
function useChats(ids: readonly ConversationId[]): readonly Conversation[] {
  listIn(useStore(lists), { in: 'main' });
  return chatsOf(ids);
}

function chatsOf(ids: readonly ConversationId[]): readonly Conversation[] {
  return ids.flatMap((id) => knownConversation(id) ?? []);
}

function matching(names: readonly string[], query: string): readonly string[] {
  const wanted = labelKey(query.trim());
  return names.filter((name) => labelKey(name).includes(wanted)).slice(0, MAX_SHOWN);
}

/** The name that was typed, if it is none of the existing ones. */
function newName(names: readonly string[], query: string): string | undefined {
  const name = query.trim();
  const exists = names.some((each) => labelKey(each) === labelKey(name));
  return name === '' || exists ? undefined : name;
}

function createChoice(name: string, run: () => void): Choice {
  return {
    key: 'new',
    label: t`Create “${name}”`,
    icon: <FolderPlus aria-hidden="true" size={15} />,
    run,
  };
}

function LabelPicker(props: {
  readonly title: string;
  readonly placeholder: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly choices: readonly Choice[];
  readonly empty: string;
  readonly onClose: () => void;
}): ReactElement {
  const { title, placeholder, query, onQuery, choices, empty, onClose } = props;
  const [marked, setMarked] = useState(0);
  const at = Math.min(marked, Math.max(0, choices.length - 1));
  const listId = useId();
  useScrollIntoView(`${listId}-${String(at)}`);
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const moved = nextIndex(event.key, at, choices.length);
    if (moved !== undefined) setMarked(moved);
    else if (event.key === 'Enter') choices[at]?.run();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={title} titleHidden className="label-picker" onClose={onClose}>
      <input
        className="label-query"
        role="combobox"
        aria-label={placeholder}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={choices.length === 0 ? undefined : `${listId}-${String(at)}`}
        placeholder={placeholder}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the dialog opens for typing
        autoFocus
        spellCheck={false}
        dir="auto"
        maxLength={64}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
          setMarked(0);
        }}
        onKeyDown={keyDown}
      />
      <div className="label-list" id={listId} role="listbox" aria-label={title}>
        {choices.map((choice, index) => (
          <ChoiceRow
            key={choice.key}
            id={`${listId}-${String(index)}`}
            choice={choice}
            isMarked={index === at}
          />
        ))}
      </div>
      {choices.length === 0 && <p className="label-empty">{empty}</p>}
      {choices.length >= MAX_SHOWN && <p className="label-empty">{t`Type to find more.`}</p>}
    </Dialog>
  );
}

function ChoiceRow(props: {
  readonly id: string;
  readonly choice: Choice;
  readonly isMarked: boolean;
}): ReactElement {
  const { id, choice, isMarked } = props;
  return (
    <button
      type="button"
      role="option"
      id={id}
      tabIndex={-1}
      className="label-row"
      aria-selected={isMarked}
      aria-checked={choice.isChecked}
      onClick={choice.run}
    >
      {choice.icon}
      <span className="row-title" dir="auto">
        {choice.label}
      </span>
      {choice.isChecked === true && <Check className="label-check" aria-hidden="true" size={15} />}
    </button>
  );
}
