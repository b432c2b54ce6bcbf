import { X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import { IconButton } from '../controls/button.tsx';
import { createStore, useStore } from '../state/store.ts';

interface Toast {
  readonly id: number;
  readonly words: string;
  readonly tone: 'plain' | 'danger';
  readonly action: { readonly label: string; readonly run: () => void } | undefined;
}

const SHOWN_MS = 8000;

const toasts = createStore<readonly Toast[]>([]);
let lastId = 0;

/** Says something for about eight seconds, with at most one thing to do about it. */
export function showToast(
  words: string,
  options: { readonly tone?: Toast['tone']; readonly action?: Toast['action'] } = {},
): void {
  lastId += 1;
  const toast: Toast = {
    id: lastId,
    words,
    tone: options.tone ?? 'plain',
    action: options.action,
  };
  toasts.update((now) => [...now.slice(-2), toast]);
}

function dismiss(id: number): void {
  toasts.update((now) => now.filter((toast) => toast.id !== id));
}

export function Toasts(): ReactElement {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }): ReactElement {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => {
      dismiss(toast.id);
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [held, toast.id]);
  const card = useRef<HTMLDivElement>(null);
  useAttention(card, setHeld);
  return (
    <div ref={card} className={`toast toast-${toast.tone}`}>
      <span className="toast-words">{toast.words}</span>
      {toast.action !== undefined && (
        <button
          type="button"
          className="toast-action"
          onClick={() => {
            dismiss(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </button>
      )}
      <IconButton
        label="Dismiss"
        onClick={() => {
          dismiss(toast.id);
        }}
      >
        <X aria-hidden="true" size={15} />
      </IconButton>
    </div>
  );
}

/** Tells whether somebody points at the card or has the focus in it: then it must not vanish. */
function useAttention(
  card: RefObject<HTMLElement | null>,
  onChange: (attended: boolean) => void,
): void {
  useEffect(() => {
    const element = card.current;
    const heed = (): void => {
      onChange(true);
    };
    const leave = (): void => {
      onChange(false);
    };
    const pairs = [
      ['pointerenter', heed],
      ['focusin', heed],
      ['pointerleave', leave],
      ['focusout', leave],
    ] as const;
    for (const [event, listener] of pairs) element?.addEventListener(event, listener);
    return () => {
      for (const [event, listener] of pairs) element?.removeEventListener(event, listener);
    };
  }, [card, onChange]);
}
