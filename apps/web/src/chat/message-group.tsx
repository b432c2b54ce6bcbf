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
import { wantMessages, type OpenChat, type RunningAnswers } from './chat.ts';
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
export const MessageGroup = memo(function MessageGroup(props: GroupProps): ReactElement {
  const { open, steps, running, target, pinned, place, scroller } = props;
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box, scroller);
  const shown = pinned || near || target !== undefined || place !== undefined;
  useKeptHeight(box, shown, steps.length);
  useReturnTo(place, scroller);
  useWanted(open, steps, shown);
  useMarkedWords(target, !steps.some(isMissing));
  const sought = useStore(soughtWords);
  return (
    <div className="message-group" ref={box}>
      {shown &&
        steps.map((step) =>
          isMissing(step) ? (
            <div key={step.message.id} className="message-missing" aria-busy="true" />
          ) : (
            <MessageView
              key={step.message.id}
              open={open}
              step={step}
              running={running.has(step.message.id)}
              marked={step.message.id === target && !showsWords(sought, target)}
            />
          ),
        )}
    </div>
  );
}, isSameGroup);

interface GroupProps {
  readonly open: OpenChat;
  readonly steps: readonly PathStep[];
  readonly running: RunningAnswers;
  readonly target: MessageId | undefined;
  /** Never unmount: the end of the chat, where answers grow. */
  readonly pinned: boolean;
  /** Where the reader left the chat, if that is in this group. */
  readonly place: ReadingPlace | undefined;
  readonly scroller: Box;
}

/** A path is built anew with every change, but most of its steps stay as they are. */
function isSameGroup(a: GroupProps, b: GroupProps): boolean {
  const { steps: before, ...restBefore } = a;
  const { steps: after, ...restAfter } = b;
  return (
    isSame(restBefore, restAfter) &&
    before.length === after.length &&
    before.every((step, index) => isSame(step, after[index]))
  );
}

function isSame<T extends object>(a: T, b: T | undefined): boolean {
  return (
    b !== undefined &&
    Object.entries(a).every(([name, value]) => Object.is(value, Reflect.get(b, name)))
  );
}

/** Whether nothing of the message can be shown yet. */
function isMissing({ message, outlined }: PathStep): boolean {
  return outlined && message.parts.length === 0;
}

/** Loads what the group shows. */
function useWanted(open: OpenChat, steps: readonly PathStep[], shown: boolean): void {
  useEffect(() => {
    const missing = steps.filter(({ outlined }) => outlined).map(({ message }) => message.id);
    if (shown && missing.length > 0) wantMessages(open, missing);
  }, [open, steps, shown]);
}

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
