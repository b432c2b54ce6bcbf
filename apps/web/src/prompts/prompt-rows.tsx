import './prompts.css';
import { t } from '@lingui/core/macro';
import type { Prompt } from '@postern/protocol';
import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { useStore } from '../state/store.ts';
import { prompts, watchPrompts, type Prompts } from './prompts.ts';

/** The prompts, which are kept up to date while the component is shown. */
export function usePromptList(): Prompts {
  useEffect(watchPrompts, []);
  return useStore(prompts);
}

/** A row of a list of prompts: a prompt, or something else to do. */
export interface PromptRow {
  readonly key: string;
  readonly icon: ReactNode;
  readonly name: string;
  readonly detail: string;
  readonly run: () => void;
}

/** More rows take long to render; the user narrows the list by typing. */
const MAX_ROWS = 100;

export function promptRow(prompt: Prompt, icon: ReactNode, run: () => void): PromptRow {
  return { key: prompt.id, icon, name: prompt.name, detail: preview(prompt.text), run };
}

/** The beginning of a prompt, without line breaks. */
function preview(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, ' ').toWellFormed().trim();
}

export function PromptRows(props: {
  readonly rows: readonly PromptRow[];
  readonly markedAt: number;
  readonly listId: string;
}): ReactElement {
  const { rows, markedAt, listId } = props;
  useScrollIntoView(`${listId}-${String(markedAt)}`);
  return (
    <div className="prompt-rows" id={listId} role="listbox" aria-label={t`Prompts`}>
      {rows.slice(0, MAX_ROWS).map(({ key, icon, name, detail, run }, at) => (
        <button
          key={key}
          type="button"
          role="option"
          id={`${listId}-${String(at)}`}
          tabIndex={-1}
          className="prompt-row"
          aria-selected={at === markedAt}
          // The field keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault();
          }}
          onClick={run}
        >
          {icon}
          <span className="prompt-name" dir="auto">
            {name}
          </span>
          {detail !== '' && (
            <span className="prompt-preview" dir="auto">
              {detail}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

/** The marked row: the first one, until a key moves it. Other rows begin again at the first. */
export function useMarkedRow(rows: readonly PromptRow[]): readonly [number, (at: number) => void] {
  const keys = rows.map(({ key }) => key).join();
  const [marked, setMarked] = useState({ keys, at: 0 });
  const count = Math.min(rows.length, MAX_ROWS);
  const at = marked.keys === keys ? Math.min(marked.at, Math.max(0, count - 1)) : 0;
  return [
    at,
    (next) => {
      setMarked({ keys, at: next });
    },
  ];
}

export function shownCount(rows: readonly PromptRow[]): number {
  return Math.min(rows.length, MAX_ROWS);
}
