import { t } from '@lingui/core/macro';
import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactElement, type ReactNode } from 'react';
import { IconButton } from './button.tsx';

/**
 * A modal dialog. The rest of the page is inert while it is open. Esc or a press outside closes it
 * and returns the focus.
 */
export function Dialog(props: {
  readonly title: string;
  /** Shows the title to screen readers only. */
  readonly titleHidden?: boolean;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const { title, titleHidden = false, className = '', onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown === null) return undefined;
    const before = document.activeElement;
    if (!shown.open) shown.showModal();
    // A hidden dialog can't have the focus, so autoFocus comes too early, and the Close button would get it.
    shown.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      shown.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      if (!hasFocus()) document.getElementById('content')?.focus();
    };
  }, []);
  usePressOutside(dialog, onClose);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {titleHidden ? (
        <h2 id={titleId} className="visually-hidden">
          {title}
        </h2>
      ) : (
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton label={t`Close`} tipAt="below" onClick={onClose}>
            <X aria-hidden="true" size={17} />
          </IconButton>
        </header>
      )}
      {children}
    </dialog>
  );
}

/** False if the element that had the focus is gone or hidden, like a button of a closed drawer. */
function hasFocus(): boolean {
  const { activeElement } = document;
  return (
    activeElement instanceof HTMLElement &&
    activeElement !== document.body &&
    getComputedStyle(activeElement).visibility !== 'hidden'
  );
}

function usePressOutside(
  dialog: { readonly current: HTMLDialogElement | null },
  onPress: () => void,
): void {
  useEffect(() => {
    const shown = dialog.current;
    const press = (event: PointerEvent): void => {
      // The backdrop belongs to the dialog element; its content is inside the box.
      if (event.target !== shown || shown === null) return;
      const box = shown.getBoundingClientRect();
      const inside =
        event.clientX >= box.left &&
        event.clientX <= box.right &&
        event.clientY >= box.top &&
        event.clientY <= box.bottom;
      if (!inside) onPress();
    };
    shown?.addEventListener('pointerdown', press);
    return () => shown?.removeEventListener('pointerdown', press);
  }, [dialog, onPress]);
}
