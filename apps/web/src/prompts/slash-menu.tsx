import './prompts.css';
import { plural, t } from '@lingui/core/macro';
import { MessageSquareText } from 'lucide-react';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
} from 'react';
import { isComposing } from '../controls/composition.ts';
import { nextIndex } from '../controls/list-keys.ts';
import { commandIn, matchPrompts } from './match-prompts.ts';
import {
  promptRow,
  PromptRows,
  shownCount,
  useMarkedRow,
  usePromptList,
  type PromptRow,
} from './prompt-rows.tsx';
import type { Prompts } from './prompts.ts';
import { focusAtEnd, useChosenPrompt } from './use-chosen-prompt.tsx';
import type { PromptTarget, TakesKey } from './prompt-target.ts';

/**
 * The prompts above a message that begins with `/`. The focus stays in the message. Esc closes the menu until the
 * message is another command.
 */
export function SlashMenu(
  props: PromptTarget & { readonly keys: RefObject<TakesKey | undefined> },
): ReactNode {
  const { area, text, onText, keys } = props;
  const known = usePromptList();
  const [isClosed, setClosed] = useState(false);
  const focused = useFocused(area);
  const { choose, form } = useChosenPrompt((inserted) => {
    setClosed(true);
    onText(inserted);
    focusAtEnd(area.current);
  });
  const command = commandIn(text);
  const found = command === undefined ? [] : matchPrompts(known.list, command);
  const rows = found.map((prompt) =>
    promptRow(prompt, <MessageSquareText aria-hidden="true" size={16} />, () => {
      choose(prompt);
    }),
  );
  const [markedAt, mark] = useMarkedRow(rows);
  const isOpen = !isClosed && focused && form === null && command !== undefined;
  const listId = useId();
  const shown = isOpen ? shownCount(rows) : 0;
  useKeys(keys, (event) => {
    if (shown === 0 || isComposing(event) || hasModifier(event)) return false;
    const moved = nextIndex(event.key, markedAt, shown);
    if (moved !== undefined) mark(moved);
    else if (event.key === 'Enter') rows[markedAt]?.run();
    else if (event.key === 'Escape') setClosed(true);
    else return false;
    event.preventDefault();
    return true;
  });
  useDescribedArea(area, shown === 0 ? undefined : [listId, `${listId}-${String(markedAt)}`]);
  if (form !== null) return form;
  if (shown > 0) return <Menu {...{ rows, markedAt, listId, shown }} />;
  return isOpen && command === '' ? <NoPrompts prompts={known} /> : null;
}

function NoPrompts(props: { readonly prompts: Prompts }): ReactElement | null {
  const { status, list } = props.prompts;
  if (status !== 'loaded' || list.length > 0) return null;
  return (
    <p className="slash-menu slash-empty" role="status">
      {t`No prompts yet. Write one in Settings, Library.`}
    </p>
  );
}

function Menu(props: {
  readonly rows: readonly PromptRow[];
  readonly markedAt: number;
  readonly listId: string;
  readonly shown: number;
}): ReactElement {
  const { shown, ...rows } = props;
  return (
    <div className="slash-menu">
      <PromptRows {...rows} />
      <p className="visually-hidden" role="status">
        {plural(shown, { one: '# prompt', other: '# prompts' })}
      </p>
    </div>
  );
}

function hasModifier({ ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey || shiftKey;
}

/** Lets the message field ask this menu first. */
function useKeys(keysRef: RefObject<TakesKey | undefined>, takesKey: TakesKey): void {
  useLayoutEffect(() => {
    keysRef.current = takesKey;
    return () => {
      keysRef.current = undefined;
    };
  });
}

function useFocused(area: RefObject<HTMLElement | null>): boolean {
  const [focused, setFocused] = useState(true);
  useEffect(() => {
    const field = area.current;
    const update = (event: FocusEvent): void => {
      setFocused(event.type === 'focus');
    };
    field?.addEventListener('focus', update);
    field?.addEventListener('blur', update);
    return () => {
      field?.removeEventListener('focus', update);
      field?.removeEventListener('blur', update);
    };
  }, [area]);
  return focused;
}

/** Says which list belongs to the message field, and which of its rows is marked. */
function useDescribedArea(
  area: RefObject<HTMLElement | null>,
  ids: readonly [list: string, marked: string] | undefined,
): void {
  const [list, marked] = ids ?? [];
  useEffect(() => {
    const field = area.current;
    if (field === null || list === undefined || marked === undefined) return undefined;
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', list);
    field.setAttribute('aria-activedescendant', marked);
    return () => {
      for (const name of ['autocomplete', 'controls', 'activedescendant']) {
        field.removeAttribute(`aria-${name}`);
      }
    };
  }, [area, list, marked]);
}
