import { useEffect, useSyncExternalStore } from 'react';
import { createStore } from './store.ts';

/** Code that only some contents need, and that isn't part of the first load. */
export interface Later<T> {
  /** Undefined until it has loaded. */
  readonly get: () => T | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  /** Loads it, once. If that fails, because Postern isn't running, it tries again until it succeeds. */
  readonly load: () => Promise<void>;
}

const TRY_AGAIN_MS = 2000;

export function createLater<T extends object>(importIt: () => Promise<T>): Later<T> {
  const { get, set, subscribe } = createStore<T | undefined>(undefined);
  let loading: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    for (;;) {
      try {
        set(await importIt());
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      }
    }
  };
  return { get, subscribe, load: () => (loading ??= load()) };
}

/** Reads it in a component, which renders again when it has loaded. It is loaded if the component needs it. */
export function useLater<T>({ get, subscribe, load }: Later<T>, isNeeded: boolean): T | undefined {
  useEffect(() => {
    if (isNeeded) void load();
  }, [isNeeded, load]);
  const value = useSyncExternalStore(subscribe, get, get);
  return isNeeded ? value : undefined;
}
