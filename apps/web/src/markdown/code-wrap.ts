import { createStore } from '../state/store.ts';

const REMEMBERED = 'postern.wrap';

/** Whether long lines of code wrap, in all code of the page. */
export const codeWrap = createStore(readWrap());

/** Applies it, and remembers it in this browser. */
export function showWrap(wrap: boolean): void {
  codeWrap.set(wrap);
  document.documentElement.dataset['codeWrap'] = String(wrap);
  try {
    window.localStorage.setItem(REMEMBERED, String(wrap));
  } catch {
    // Without storage it lasts until the page is reloaded.
  }
}

function readWrap(): boolean {
  try {
    return window.localStorage.getItem(REMEMBERED) === 'true';
  } catch {
    return false;
  }
}

document.documentElement.dataset['codeWrap'] = String(codeWrap.get());
