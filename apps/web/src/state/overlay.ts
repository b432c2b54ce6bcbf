import { createStore } from './store.ts';

/** What covers the page of an unlocked vault. */
export type Overlay =
  /** The palette, with the text that it begins with. */
  { readonly at: 'search'; readonly query: string } | { readonly at: 'shortcuts' };

export const overlay = createStore<Overlay | undefined>(undefined);
