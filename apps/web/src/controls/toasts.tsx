import { t } from '@lingui/core/macro';
import { X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react';
import { IconButton } from './button.tsx';
import { createStore, useStore } from '../state/store.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'danger';
  readonly action: { readonly label: string; readonly run: () => void } | undefined;
}

const SHOWN_MS = 8000;

const toasts = createStore<readonly Toast[]>([]);
let lastId = 0;

/** Shows a message for eight seconds, with at most one action. */
export function showToast(
  text: string,
  options: { readonly tone?: Toast['tone']; readonly action?: Toast['action'] } = {},
): void {
  lastId += 1;
  const toast: Toast = {
    id: lastId,
    text,
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
      <span className="toast-text">{toast.text}</span>
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
        label={t`Dismiss`}
        onClick={() => {
          dismiss(toast.id);
        }}
      >
        <X aria-hidden="true" size={15} />
      </IconButton>
    </div>
  );
}

/** Reports whether the pointer or the focus is in the card, so that it stays visible. */
function useAttention(
  card: RefObject<HTMLElement | null>,
  onChange: (attended: boolean) => void,
): void {
  useEffect(() => {
    const element = card.current;
    const enter = (): void => {
      onChange(true);
    };
    const leave = (): void => {
      onChange(false);
    };
    const pairs = [
      ['pointerenter', enter],
      ['focusin', enter],
      ['pointerleave', leave],
      ['focusout', leave],
    ] as const;
    for (const [event, listener] of pairs) element?.addEventListener(event, listener);
    return () => {
      for (const [event, listener] of pairs) element?.removeEventListener(event, listener);
    };
  }, [card, onChange]);
}
