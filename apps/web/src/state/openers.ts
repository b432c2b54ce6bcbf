import { useEffect } from 'react';

/** A menu or dialog that the part of the page that owns it can open while it is shown. */
export type Opened = 'model-picker' | 'export' | 'keep-private-chat' | 'close-private-chat';

const openers = new Map<Opened, () => void>();

/** Lets actions open it, as long as the component is shown. */
export function useOpener(opened: Opened, open: () => void, isOffered = true): void {
  useEffect(() => {
    if (!isOffered) return undefined;
    openers.set(opened, open);
    return () => {
      if (openers.get(opened) === open) openers.delete(opened);
    };
  }, [opened, open, isOffered]);
}

export function canOpen(opened: Opened): boolean {
  return openers.has(opened);
}

export function openIt(opened: Opened): void {
  openers.get(opened)?.();
}
