import { useSyncExternalStore } from 'react';

const isVisible = (): boolean => document.visibilityState === 'visible';

/** Calls the listener now and whenever the page is shown or hidden. */
export function onVisibility(listener: (visible: boolean) => void): () => void {
  listener(isVisible());
  return subscribe(() => {
    listener(isVisible());
  });
}

/** Whether the page is shown: its tab is selected, and its window isn’t covered. */
export function useVisible(): boolean {
  return useSyncExternalStore(subscribe, isVisible);
}

function subscribe(change: () => void): () => void {
  document.addEventListener('visibilitychange', change);
  return () => {
    document.removeEventListener('visibilitychange', change);
  };
}
