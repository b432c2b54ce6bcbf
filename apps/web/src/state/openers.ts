import { useEffect } from 'react';

/** A menu or dialog that the part of the page that owns it can open while it is shown. */
export type Opened =
  | 'model-picker'
  | 'compare'
  | 'prompts'
  | 'attach'
  | 'export'
  | 'print'
  | 'export-all'
  | 'create-backup'
  | 'erase'
  | 'keep-private-chat'
  | 'close-private-chat';

const openers = new Map<Opened, () => void>();

/** What opens as soon as its part of the page is shown, unless the user has gone elsewhere. */
let awaited: { readonly opened: Opened; readonly fragment: string } | undefined;

/** Lets actions open it, as long as the component is shown. */
export function useOpener(opened: Opened, open: () => void, isOffered = true): void {
  useEffect(() => {
    if (!isOffered) return undefined;
    openers.set(opened, open);
    if (awaited?.opened === opened) {
      const { fragment } = awaited;
      awaited = undefined;
      if (location.hash === fragment) open();
    }
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

/** Opens it now or when its part of this page has loaded. */
export function openWhenShown(opened: Opened): void {
  awaited = undefined;
  if (canOpen(opened)) openIt(opened);
  else {
    const { hash: fragment } = location;
    awaited = { opened, fragment };
    const forget = (): void => {
      if (location.hash === fragment) return;
      window.removeEventListener('hashchange', forget);
      if (awaited?.fragment === fragment) awaited = undefined;
    };
    window.addEventListener('hashchange', forget);
  }
}
