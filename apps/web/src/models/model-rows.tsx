import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Brain, Check, FileText, Image, Star, Wrench, type LucideIcon } from 'lucide-react';
import { useLayoutEffect, useRef, type MouseEvent, type ReactElement, type RefObject } from 'react';
import { useVisiblePart } from '../controls/use-visible-part.ts';
import type { OfferedModel } from './choose-model.ts';
import { i18n } from '../languages/i18n.ts';
import { abilitiesOf, contextText, priceText, type Ability } from './fact-texts.ts';
import { HEADING_REM, heightOf, heightRem, nameOf, type ModelRow } from './picker-rows.ts';

interface RowsProps {
  readonly rows: readonly ModelRow[];
  readonly markedAt: number;
  readonly chosen: OfferedModel | undefined;
  readonly listId: string;
  readonly onPick: (row: ModelRow) => void;
  readonly onToggle: (row: ModelRow) => void;
}

/** The rows of the picker. Only those in view are rendered, because a provider can have hundreds of models. */
export function ModelRows(props: RowsProps): ReactElement {
  const { rows, markedAt, chosen, listId, onPick, onToggle } = props;
  const box = useRef<HTMLDivElement>(null);
  const part = useVisiblePart(box);
  useMarkedInView(box, rows[markedAt]);
  return (
    <div ref={box} className="picker-list" role="presentation">
      <div
        id={listId}
        role="listbox"
        aria-label={t`Models`}
        className="picker-rows"
        style={{ height: `${String(heightRem(rows))}rem` }}
      >
        {rows.map((row, at) => {
          const isInPart = row.topRem < part.toRem && row.topRem + heightOf(row) > part.fromRem;
          if (!isInPart && at !== markedAt) return null;
          return (
            <Row
              key={row.key}
              row={row}
              id={`${listId}-${String(at)}`}
              place={[at + 1, rows.length]}
              marked={at === markedAt}
              chosen={chosen !== undefined && nameOf(chosen) === nameOf(row.model)}
              onPick={onPick}
              onToggle={onToggle}
            />
          );
        })}
      </div>
    </div>
  );
}

function Row(props: {
  readonly row: ModelRow;
  readonly id: string;
  readonly place: readonly [number, number];
  readonly marked: boolean;
  readonly chosen: boolean;
  readonly onPick: (row: ModelRow) => void;
  readonly onToggle: (row: ModelRow) => void;
}): ReactElement {
  const { row, id, place, marked, chosen, onPick, onToggle } = props;
  const { model, heading, isFavourite } = row;
  const press = (event: MouseEvent): void => {
    const isStar = event.target instanceof Element && event.target.closest('[data-star]') !== null;
    if (isStar) onToggle(row);
    else onPick(row);
  };
  return (
    <div className="picker-item" role="presentation" style={{ top: `${String(row.topRem)}rem` }}>
      {heading !== undefined && (
        <div className="picker-heading" role="presentation">
          {heading}
        </div>
      )}
      <button
        type="button"
        role="option"
        id={id}
        tabIndex={-1}
        className="picker-row"
        aria-selected={marked}
        aria-posinset={place[0]}
        aria-setsize={place[1]}
        // The search field keeps the focus.
        onMouseDown={(event) => {
          event.preventDefault();
        }}
        onClick={press}
      >
        <span className="picker-name" dir="auto">
          {model.label}
        </span>
        {chosen && <Check role="img" aria-label={t`Selected`} size={15} className="picker-check" />}
        {/* A mouse’s way to do what Ctrl+D does. */}
        <span className="picker-star" data-star="" data-on={isFavourite} title={t`Favourite`}>
          <Star aria-hidden={!isFavourite} role="img" aria-label={t`Favourite`} size={15} />
        </span>
        <Facts model={model} />
      </button>
    </div>
  );
}

const ABILITIES: Readonly<Record<Ability, readonly [LucideIcon, MessageDescriptor]>> = {
  images: [Image, msg`Reads images`],
  pdfs: [FileText, msg`Reads PDFs`],
  tools: [Wrench, msg`Uses tools`],
  reasoning: [Brain, msg`Reasons`],
};

function Facts({ model }: { readonly model: OfferedModel }): ReactElement {
  const { facts = {}, local, label } = model;
  const context = contextText(facts);
  const texts = [
    local ? t`Local` : undefined,
    context === undefined ? undefined : t`${context} context`,
    priceText(facts.price),
  ].filter((text) => text !== undefined);
  return (
    <span className="picker-facts">
      {abilitiesOf(facts).map((ability) => {
        const [Icon, text] = ABILITIES[ability];
        const title = i18n._(text);
        return (
          <span key={ability} className="picker-ability" title={title}>
            <Icon role="img" aria-label={title} size={13} />
          </span>
        );
      })}
      {texts.map((text) => (
        <span key={text} className="picker-fact">
          {text}
        </span>
      ))}
      {label !== model.model && <span className="picker-id">{model.model}</span>}
    </span>
  );
}

/** Scrolls as far as needed to show the marked row, and at first to its middle. */
function useMarkedInView(box: RefObject<HTMLElement | null>, row: ModelRow | undefined): void {
  const isShown = useRef(false);
  const isRow = row !== undefined;
  const fromRem =
    row === undefined || row.heading !== undefined ? row?.topRem : row.topRem - HEADING_REM;
  const toRem = row && row.topRem + heightOf(row);
  useLayoutEffect(() => {
    if (box.current === null || !isRow) return;
    scrollTo(box.current, [fromRem ?? 0, toRem ?? 0], isShown.current);
    isShown.current = true;
  }, [box, isRow, fromRem, toRem]);
}

function scrollTo(
  list: HTMLElement,
  [fromRem, toRem]: readonly [number, number],
  isShown: boolean,
): void {
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const from = fromRem * remPx;
  const to = toRem * remPx + remPx / 2;
  const { scrollTop, clientHeight } = list;
  if (!isShown) list.scrollTop = Math.max(0, (from + to - clientHeight) / 2);
  else if (from < scrollTop) list.scrollTop = Math.max(0, from);
  else if (to > scrollTop + clientHeight) list.scrollTop = to - clientHeight;
}
