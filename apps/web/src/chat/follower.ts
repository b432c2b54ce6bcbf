/** Distance from the end, in pixels, that still counts as being at the end. */
const NEAR_END = 40;
/** The space above a question at the top of the view, in pixels. */
const ABOVE_QUESTION = 8;

export interface ScrolledElements {
  /** The element that scrolls. */
  readonly box: HTMLElement;
  readonly content: HTMLElement;
  /**
   * An empty element after the content. It gets as high as is needed to scroll the question to the top
   * before there is an answer.
   */
  readonly room: HTMLElement;
}

/** Decides which part of growing content is in view. Never moves it against the reader. */
export interface Follower {
  /** Watches the elements. `onChange` gets whether their end is in view, or is kept in view. */
  readonly watch: (
    elements: ScrolledElements,
    onChange: (following: boolean) => void,
  ) => () => void;
  /** Goes to the end, and keeps it in view. */
  readonly follow: (elements: ScrolledElements) => void;
  /** Shows the last question at the top of the view, and leaves the end of its answer to the reader. */
  readonly showQuestion: (elements: ScrolledElements) => void;
}

/**
 * Keeps the end in view. Pauses when the reader scrolls up and resumes when they return to the end. A
 * question that was just sent stays at the top instead, until the reader scrolls.
 */
export function createFollower(atFirst: boolean): Follower {
  let wanted = atFirst;
  let hasRoom = false;
  /** Where the view was put for the question. Undefined once the reader has scrolled. */
  let held: number | undefined;

  const makeRoom = ({ box, content, room }: ScrolledElements): void => {
    const top = hasRoom ? topForQuestion(box, content) : undefined;
    if (top === undefined) return;
    const height = Math.max(0, top + box.clientHeight - bottomIn(box, content));
    room.style.setProperty('height', `${height}px`);
    if (held === undefined) return;
    box.scrollTop = top;
    held = box.scrollTop;
  };

  const scrolledTo = ({ box, room }: ScrolledElements, lastTop: number): void => {
    if (held !== undefined && Math.abs(box.scrollTop - held) <= 2) return;
    held = undefined;
    if (isNearEnd(box) && room.offsetHeight === 0) wanted = true;
    // Content that shrinks or loads above also moves the top; only scrolling up pauses.
    else if (box.scrollTop < lastTop - 2) wanted = false;
  };

  return {
    watch: (elements, onChange) => {
      const { box, content } = elements;
      let lastTop = box.scrollTop;
      const update = (): void => {
        lastTop = box.scrollTop;
        onChange(wanted || !isBehind(elements));
      };
      const scrolled = (): void => {
        scrolledTo(elements, lastTop);
        update();
      };
      const grown = new ResizeObserver(() => {
        makeRoom(elements);
        if (wanted) toEnd(box);
        update();
      });
      box.addEventListener('scroll', scrolled, { passive: true });
      grown.observe(content);
      grown.observe(box);
      return () => {
        box.removeEventListener('scroll', scrolled);
        grown.disconnect();
      };
    },
    follow: ({ box, room }) => {
      [wanted, hasRoom, held] = [true, false, undefined];
      room.style.setProperty('height', '0px');
      toEnd(box);
    },
    showQuestion: (elements) => {
      [wanted, hasRoom, held] = [false, true, 0];
      makeRoom(elements);
    },
  };
}

export function isNearEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight <= NEAR_END;
}

/** Whether the content goes on below the view. */
function isBehind({ box, content }: ScrolledElements): boolean {
  return bottomIn(box, content) - box.scrollTop - box.clientHeight > NEAR_END;
}

function toEnd(box: HTMLElement): void {
  box.scrollTop = box.scrollHeight;
}

/** The position that shows the last question at the top, or the end of a long one in the upper half. */
function topForQuestion(box: HTMLElement, content: HTMLElement): number | undefined {
  const question = [...content.querySelectorAll<HTMLElement>('[data-look="question"]')].at(-1);
  if (question === undefined) return undefined;
  const bottom = bottomIn(box, question);
  const top = bottom - question.offsetHeight - ABOVE_QUESTION;
  return Math.max(0, top, bottom - box.clientHeight / 2);
}

/** In pixels from the beginning of what is scrolled. */
function bottomIn(box: HTMLElement, element: HTMLElement): number {
  return element.getBoundingClientRect().bottom - box.getBoundingClientRect().top + box.scrollTop;
}
