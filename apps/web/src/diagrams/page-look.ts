import { createStore } from '../state/store.ts';
import type { DiagramLook } from './diagram-messages.ts';

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

/** How the page looks now, for what draws itself to match it. */
export const pageLook = createStore(readLook());

/** Whether diagrams are drawn: a setting of the appearance. */
export const drawsDiagrams = createStore(readDraws());

function readLook(): DiagramLook {
  const { theme, contrast } = document.documentElement.dataset;
  const isDark = theme === 'dark' || (theme !== 'light' && prefersDark.matches);
  if (contrast === 'high') return isDark ? 'dark-high' : 'light-high';
  return isDark ? 'dark' : 'light';
}

function readDraws(): boolean {
  return document.documentElement.dataset['diagrams'] !== 'code';
}

function readBoth(): void {
  pageLook.set(readLook());
  drawsDiagrams.set(readDraws());
}

prefersDark.addEventListener('change', readBoth);
new MutationObserver(readBoth).observe(document.documentElement, {
  attributeFilter: ['data-theme', 'data-contrast', 'data-diagrams'],
});
