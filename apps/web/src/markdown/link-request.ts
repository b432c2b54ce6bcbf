import { createStore } from '../state/store.ts';

/** The link that waits for the user to confirm it. */
export const linkRequest = createStore<URL | undefined>(undefined);
