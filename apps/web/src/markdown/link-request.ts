import { createStore } from '../state/store.ts';

/** The address that a person asked to open and has not yet confirmed. */
export const linkRequest = createStore<URL | undefined>(undefined);
