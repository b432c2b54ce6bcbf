import { useEffect, useState, type RefObject } from 'react';

/** Rows that are rendered above and below the visible part, so that a fast scroll shows no gap. */
const MARGIN_REM = 24;
/** The part moves in steps, so that most scroll events render nothing. */
const STEP_REM = 8;
/** Of a box without a layout. */
const DEFAULT_HEIGHT_PX = 800;

export interface Part {
  readonly fromRem: number;
  readonly toRem: number;
}

const FIRST: Part = { fromRem: -MARGIN_REM, toRem: DEFAULT_HEIGHT_PX / 16 + MARGIN_REM };

/** The part of a scrolled box that has to be rendered, in rem from the top of its content. */
export function useVisiblePart(box: RefObject<HTMLElement | null>): Part {
  const [part, setPart] = useState(FIRST);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      const steps = Math.floor(element.scrollTop / remPx / STEP_REM);
      const height = Math.ceil((element.clientHeight || DEFAULT_HEIGHT_PX) / remPx / STEP_REM);
      const fromRem = steps * STEP_REM - MARGIN_REM;
      const toRem = (steps + height + 1) * STEP_REM + MARGIN_REM;
      setPart((now) => (now.fromRem === fromRem && now.toRem === toRem ? now : { fromRem, toRem }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [box]);
  return part;
}
