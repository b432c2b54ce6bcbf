import { useLayoutEffect, type RefObject } from 'react';

type Box = RefObject<HTMLElement | null>;

const GAP = 8;
const MARGIN = 12;

/** Places a dialog above its anchor, left-aligned; on narrow screens CSS does it. */
export function useAnchored(box: Box, anchor: Box): void {
  useLayoutEffect(() => {
    const place = (): void => {
      const dialog = box.current?.closest('dialog');
      const at = anchor.current?.getBoundingClientRect();
      if (dialog === null || dialog === undefined || at === undefined) return;
      const left = Math.min(at.left, window.innerWidth - dialog.offsetWidth - MARGIN);
      dialog.style.setProperty('--left', `${Math.max(MARGIN, left)}px`);
      dialog.style.setProperty('--bottom', `${window.innerHeight - at.top + GAP}px`);
    };
    place();
    const frame = window.requestAnimationFrame(place);
    window.addEventListener('resize', place);
    return () => {
      window.cancelAnimationFrame(frame);
      window.removeEventListener('resize', place);
    };
  }, [box, anchor]);
}
