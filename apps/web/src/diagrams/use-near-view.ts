import { useEffect, useState, type RefObject } from 'react';

/** About two screens, so that a diagram is drawn before it is scrolled into view. */
// eslint-disable-next-line lingui/no-unlocalized-strings -- lengths
const MARGIN = '1500px 0px';

interface Options extends IntersectionObserverInit {
  /** The margin of boxes that scroll inside the page. Browsers without it take none. */
  readonly scrollMargin: string;
}

/** Whether an element is in the visible part of the page, or nearly. */
export function useNearView(element: RefObject<HTMLElement | null>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    const options: Options = { rootMargin: MARGIN, scrollMargin: MARGIN };
    const observer = new IntersectionObserver((entries) => {
      setIsNear(entries.at(-1)?.isIntersecting === true);
    }, options);
    observer.observe(element.current);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return isNear;
}
