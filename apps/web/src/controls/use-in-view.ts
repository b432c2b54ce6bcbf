import { useEffect } from 'react';

/** Scrolls the element of that id into view whenever another one is meant. */
export function useInView(id: string): void {
  useEffect(() => {
    document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  }, [id]);
}
