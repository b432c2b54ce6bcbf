import { useEffect, useRef, useState, type RefObject } from 'react';

/** Distance from the end, in pixels, that still counts as being at the end. */
const NEAR_END = 40;

type Box = RefObject<HTMLElement | null>;

/**
 * Keeps the end of growing content in view. Pauses when the reader scrolls up and resumes when they
 * return to the end.
 */
export function useFollowing(
  scroller: Box,
  content: Box,
  atFirst: boolean,
): {
  readonly following: boolean;
  readonly follow: () => void;
} {
  const [following, setFollowing] = useState(true);
  const wanted = useRef(atFirst);

  const follow = (): void => {
    wanted.current = true;
    setFollowing(true);
    toEnd(scroller.current);
  };

  useEffect(() => {
    const box = scroller.current;
    if (box === null || content.current === null) return undefined;
    let lastTop = box.scrollTop;
    const scrolled = (): void => {
      const atEnd = isNearEnd(box);
      // Content that shrinks or loads above also moves the top; only scrolling up pauses.
      const wentUp = box.scrollTop < lastTop - 2;
      lastTop = box.scrollTop;
      if (atEnd) wanted.current = true;
      else if (wentUp) wanted.current = false;
      setFollowing(wanted.current || atEnd);
    };
    const grown = new ResizeObserver(() => {
      if (wanted.current) {
        toEnd(box);
        lastTop = box.scrollTop;
      }
    });
    box.addEventListener('scroll', scrolled, { passive: true });
    grown.observe(content.current);
    grown.observe(box);
    return () => {
      box.removeEventListener('scroll', scrolled);
      grown.disconnect();
    };
  }, [scroller, content]);

  return { following, follow };
}

export function isNearEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight <= NEAR_END;
}

function toEnd(box: HTMLElement | null): void {
  if (box !== null) box.scrollTop = box.scrollHeight;
}
