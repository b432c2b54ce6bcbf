import {
  useLayoutEffect,
  useRef,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import { flushSync } from 'react-dom';
import { Dialog } from './dialog.tsx';
import { Keys } from './keys.tsx';
import './menu.css';

export interface MenuItem {
  readonly label: string;
  readonly icon: ReactNode;
  /** The key that does the same in the list behind the menu. */
  readonly keys?: readonly string[];
  readonly isDanger?: boolean;
  /** The chosen one of several choices. */
  readonly isChecked?: boolean;
  readonly run: () => void;
}

const MARGIN = 12;

/** A menu below its anchor. The arrow keys move, Enter chooses, a letter goes to the item that begins with it. */
export function Menu(props: {
  readonly title: string;
  readonly anchor: HTMLElement;
  readonly items: readonly MenuItem[];
  readonly onClose: () => void;
}): ReactElement {
  const { title, anchor, items, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  usePlace(box, anchor);
  const choose = (item: MenuItem): void => {
    // The dialog returns the focus when it is gone; only then may the item move it.
    flushSync(onClose);
    item.run();
  };
  return (
    <Dialog title={title} titleHidden className="menu-dialog" onClose={onClose}>
      {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its items have the focus */}
      <div ref={box} role="menu" aria-label={title} onKeyDown={moveInMenu}>
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role={item.isChecked === undefined ? 'menuitem' : 'menuitemradio'}
            aria-checked={item.isChecked}
            className="menu-item"
            data-danger={item.isDanger === true}
            onClick={() => {
              choose(item);
            }}
          >
            {item.icon}
            <span dir="auto">{item.label}</span>
            {item.keys !== undefined && <Keys keys={item.keys} />}
          </button>
        ))}
      </div>
    </Dialog>
  );
}

function moveInMenu(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  const at = items.findIndex((item) => item === document.activeElement);
  const to = movedTo(event, at, items);
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}

function movedTo(
  { key, ctrlKey, altKey, metaKey }: KeyboardEvent,
  at: number,
  items: readonly HTMLElement[],
): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'Tab':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'Home':
      return 0;
    case 'End':
      return -1;
    default:
      return key.length !== 1 || key === ' ' || ctrlKey || altKey || metaKey
        ? undefined
        : beginningWith(key.toLowerCase(), at, items);
  }
}

/** The next item whose text begins with this letter. */
function beginningWith(
  letter: string,
  at: number,
  items: readonly HTMLElement[],
): number | undefined {
  const begins = items.map((item) => item.textContent.trim().toLowerCase().startsWith(letter));
  const later = begins.findIndex((does, index) => does && index > at);
  const found = later === -1 ? begins.indexOf(true) : later;
  return found === -1 ? undefined : found;
}

/** Places the menu below its anchor, or above it if there is no room, and gives the focus to its first item. */
function usePlace(box: { readonly current: HTMLElement | null }, anchor: HTMLElement): void {
  useLayoutEffect(() => {
    const place = (): void => {
      const dialog = box.current?.closest('dialog');
      if (dialog === null || dialog === undefined) return;
      const at = anchor.getBoundingClientRect();
      const room = window.innerHeight - MARGIN - dialog.offsetHeight;
      const left = Math.min(at.left, window.innerWidth - dialog.offsetWidth - MARGIN);
      const top = at.bottom <= room ? at.bottom : Math.max(MARGIN, Math.min(room, at.top));
      dialog.style.setProperty('--left', `${String(Math.max(MARGIN, left))}px`);
      dialog.style.setProperty('--top', `${String(top)}px`);
    };
    place();
    const frame = window.requestAnimationFrame(() => {
      place();
      const isInside = box.current?.contains(document.activeElement) === true;
      if (!isInside) box.current?.querySelector<HTMLElement>('.menu-item')?.focus();
    });
    return () => {
      window.cancelAnimationFrame(frame);
    };
  }, [box, anchor]);
}
