import { createStore } from './store.ts';

export interface SidebarState {
  /** On wide screens. */
  readonly shown: boolean;
  /** On narrow screens, where it covers the content. */
  readonly drawer: boolean;
}

export const SIDEBAR_AT_FIRST: SidebarState = { shown: true, drawer: false };

export const sidebar = createStore(SIDEBAR_AT_FIRST);

export function toggleSidebar(): void {
  const isNarrow = window.matchMedia('(width < 52rem)').matches;
  sidebar.update((now) =>
    isNarrow ? { ...now, drawer: !now.drawer } : { ...now, shown: !now.shown },
  );
}

export function closeDrawer(): void {
  sidebar.update((now) => (now.drawer ? { ...now, drawer: false } : now));
}
