/**
 * For `ref`: gives an element the focus when it appears, because the one that had it has just gone. In a dialog that
 * opens, it also needs `data-autofocus`.
 */
export function focusNow(element: HTMLElement | null): void {
  element?.focus();
}
