import { isJsonObject, parseJson } from '@postern/kernel';
import type { Appearance } from '@postern/protocol';

const REMEMBERED = 'postern.appearance';
const ATTRIBUTES = ['theme', 'contrast', 'textSize', 'columnWidth', 'diagrams'] as const;

const moreContrast = window.matchMedia('(prefers-contrast: more)');
let shown: Readonly<Record<string, unknown>> = {};

moreContrast.addEventListener('change', () => {
  show(shown);
});

/** Applies the appearance, and remembers it so that the next page load doesn’t flash. */
export function showAppearance(appearance: Appearance): void {
  show({ ...appearance });
  try {
    window.localStorage.setItem(REMEMBERED, JSON.stringify(appearance));
  } catch {
    // Without storage the page starts with the system’s appearance.
  }
}

/** Applies the appearance of the last page load. */
export function showRememberedAppearance(): void {
  const remembered = parseJson(readRemembered());
  show(remembered.ok && isJsonObject(remembered.value) ? remembered.value : {});
}

function readRemembered(): string {
  try {
    return window.localStorage.getItem(REMEMBERED) ?? '';
  } catch {
    return '';
  }
}

function show(appearance: Readonly<Record<string, unknown>>): void {
  shown = appearance;
  const { dataset } = document.documentElement;
  for (const name of ATTRIBUTES) {
    const value = appearance[name];
    dataset[name] = typeof value === 'string' ? value : 'system';
  }
  if (dataset['contrast'] === 'system' && moreContrast.matches) dataset['contrast'] = 'high';
}
