import type { MessageId } from '@postern/protocol';
import {
  memo,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type ReactElement,
  type RefObject,
} from 'react';
import { useStore } from '../state/store.ts';
import type { OpenChat } from './chat.ts';
import { useReturnTo, type ReadingPlace } from './reading-place.ts';
import { MessageView } from './message-view.tsx';
import {
  canMarkWords,
  soughtWords,
  useMarkedWords,
  wordsFor,
  type SoughtWords,
} from '../conversations/sought-words.ts';
import type { PathStep } from './tree.ts';

/** The assumed height of a message, in pixels, before its first layout. */
const GUESSED_HEIGHT = 220;

/**
 * A few messages. Groups far outside the viewport are unmounted and keep their height, so that a
 * conversation of thousands costs no more than one of dozens.
 */
export const MessageGroup = memo(function MessageGroup(props: {
  readonly open: OpenChat;
  readonly steps: readonly PathStep[];
  readonly running: MessageId | undefined;
  readonly target: MessageId | undefined;
  /** Never unmount: the end of the chat, where answers grow. */
  readonly pinned: boolean;
  /** Where the reader left the chat, if that is in this group. */
  readonly place: ReadingPlace | undefined;
  readonly scroller: Box;
}): ReactElement {
  const { open, steps, running, target, pinned, place, scroller } = props;
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box, scroller);
  const shown = pinned || near || target !== undefined || place !== undefined;
  useKeptHeight(box, shown, steps.length);
  useReturnTo(place, scroller);
  useMarkedWords(target);
  const sought = useStore(soughtWords);
  return (
    <div className="message-group" ref={box}>
      {shown &&
        steps.map((step) => (
          <MessageView
            key={step.message.id}
            open={open}
            step={step}
            running={step.message.id === running}
            marked={step.message.id === target && !showsWords(sought, target)}
          />
        ))}
    </div>
  );
});

/** Whether the words of a hit are marked. Otherwise the whole message is, for a moment. */
function showsWords(sought: SoughtWords | undefined, target: MessageId): boolean {
  return canMarkWords() && wordsFor(sought, target).length > 0;
}

type Box = RefObject<HTMLElement | null>;

/** Whether the box is within about two screens of the viewport. */
function useNear(box: Box, scroller: Box): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (last !== undefined) setNear(last.isIntersecting);
      },
      { root: scroller.current, rootMargin: '1600px 0px' },
    );
    observer.observe(box.current);
    return () => {
      observer.disconnect();
    };
  }, [box, scroller]);
  return near;
}

/** Keeps the height of the box while its content is unmounted. */
function useKeptHeight(box: Box, shown: boolean, count: number): void {
  const height = useRef<number>(undefined);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    if (!shown) {
      element.style.setProperty('height', `${height.current ?? count * GUESSED_HEIGHT}px`);
      return undefined;
    }
    element.style.removeProperty('height');
    const observer = new ResizeObserver(() => {
      height.current = element.offsetHeight;
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [box, shown, count]);
}
