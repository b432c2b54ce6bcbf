import { useEffect } from 'react';

/** Scrolls the element with this id into view whenever the id changes. */
export function useScrollIntoView(id: string): void {
  useEffect(() => {
    document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  }, [id]);
}
