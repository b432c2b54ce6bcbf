import { useEffect, useRef, type RefObject } from 'react';

/** A dialog that opens moves the focus to its first button. */
export function useFirstFieldFocus(changed: boolean): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('input:not(:disabled)')?.focus();
  }, [changed]);
  return form;
}
