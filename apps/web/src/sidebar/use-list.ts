import type { ConversationId } from '@postern/protocol';
import {
  useLayoutEffect,
  useMemo,
  useState,
  type DOMAttributes,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { shownConversations } from '../conversations/shown-lists.ts';
import type { RowActions } from './conversation-row.tsx';
import type { ListRow, PlacedRow } from './list-sections.ts';
import { drop, dragOver, startDrag } from './list-drag.ts';
import { pressInList } from './list-keys.ts';
import { dropSection, organiseRequest, renamedChat } from './organise-request.ts';
import { clearSelection, selectRange, toggleSelected } from './selection.ts';

export interface List {
  /** The key of the one row that Tab reaches. */
  readonly tabbable: string | undefined;
  readonly actions: RowActions;
  readonly events: DOMAttributes<HTMLElement>;
}

/** The focus, the keys, the selection and the dragging of the list. */
export function useList(parts: {
  readonly box: RefObject<HTMLElement | null>;
  readonly rows: readonly PlacedRow[];
  readonly active: ConversationId | undefined;
  readonly onLeave: () => void;
}): List {
  const { box, rows, active, onLeave } = parts;
  const [focused, setFocused] = useState<string>();
  /** The row that gets the focus when it is rendered. */
  const [wanted, setWanted] = useState<{ readonly key: string }>();
  useLayoutEffect(() => {
    if (wanted === undefined) return;
    const selector = `[data-row="${CSS.escape(wanted.key)}"] .row-link`;
    box.current?.querySelector<HTMLElement>(selector)?.focus();
  }, [box, wanted]);
  const stops = useMemo(
    () => rows.map(({ row }) => row).filter(({ kind }) => kind === 'chat' || kind === 'folder'),
    [rows],
  );
  const actions = useMemo(
    (): RowActions => ({
      onFocus: setFocused,
      onOpen: (event, { id }) => {
        const order = shownConversations().map((each) => each.id);
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
          clearSelection();
          onLeave();
          return;
        }
        event.preventDefault();
        if (event.shiftKey) selectRange(order, active ?? id, id);
        else toggleSelected(id);
      },
      onMenu: (anchor, row) => {
        organiseRequest.set({ kind: 'row-menu', anchor, row });
      },
      onRenamed: ({ id }, byKey) => {
        renamedChat.set(undefined);
        if (byKey) setWanted({ key: id });
      },
    }),
    [active, onLeave],
  );
  const moveTo = (index: number): void => {
    const row = stops[index];
    if (row === undefined) return;
    setFocused(row.key);
    setWanted({ key: row.key });
  };
  return {
    tabbable: tabStop(stops, focused, active),
    actions,
    events: eventsOf(rows, stops, moveTo, actions),
  };
}

/** The row that had the focus last, the open conversation, or the first. */
function tabStop(
  stops: readonly ListRow[],
  focused: string | undefined,
  active: ConversationId | undefined,
): string | undefined {
  const has = (wanted: string | undefined): boolean => stops.some(({ key }) => key === wanted);
  if (has(focused)) return focused;
  return has(active) ? active : stops[0]?.key;
}

/** The events are handled by the box, so that rows needn't have listeners. */
function eventsOf(
  rows: readonly PlacedRow[],
  stops: readonly ListRow[],
  moveTo: (index: number) => void,
  actions: RowActions,
): DOMAttributes<HTMLElement> {
  const rowAt = (target: EventTarget): PlacedRow | undefined => {
    const element = target instanceof Element ? target.closest('[data-row]') : null;
    return rows.find(({ row }) => row.key === element?.getAttribute('data-row'));
  };
  const menu = (anchor: HTMLElement, row: ListRow): void => {
    actions.onMenu(anchor, row.key);
  };
  return {
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      const { target } = event;
      const at = stops.findIndex((row) => row === rowAt(target)?.row);
      if (!(target instanceof HTMLElement) || !target.matches('.row-link')) return;
      const context = {
        rows: stops,
        at,
        moveTo,
        menu: (row: ListRow) => {
          menu(target, row);
        },
      };
      if (pressInList(event, context)) event.preventDefault();
    },
    onContextMenu: (event) => {
      const { target } = event;
      const placed = rowAt(target);
      if (
        !(target instanceof HTMLElement) ||
        (placed?.row.kind !== 'chat' && placed?.row.kind !== 'folder')
      )
        return;
      event.preventDefault();
      menu(target, placed.row);
    },
    onDragStart: (event) => {
      startDrag(event, rowAt(event.target));
    },
    onDragOver: (event) => {
      dragOver(event, rowAt(event.target)?.section);
    },
    onDragLeave: () => {
      dropSection.set(undefined);
    },
    onDrop: (event) => {
      drop(event, rowAt(event.target)?.section);
    },
  };
}
