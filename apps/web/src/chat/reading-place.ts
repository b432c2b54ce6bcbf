import { messageId, type MessageId } from '@postern/protocol';
import { useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import type { OpenChat } from './chat.ts';
import { isNearEnd } from './follower.ts';

/** The message at the top of the view, and how far its top is above or below it, in pixels. */
export interface ReadingPlace {
  readonly message: MessageId;
  readonly offset: number;
}

/** Where the reader left each chat. Forgotten when the chats are closed. */
const places = new WeakMap<OpenChat, ReadingPlace>();

const PREFIX = 'message-';

type Box = RefObject<HTMLElement | null>;

/** Returns where the reader left the chat, unless that was its end. */
export function useReadingPlace(open: OpenChat): ReadingPlace | undefined {
  const [place] = useState(() => places.get(open));
  return place;
}

/** Remembers the place when the reader leaves the chat. */
export function useKeptPlace(open: OpenChat, scroller: Box): void {
  useLayoutEffect(() => {
    const box = scroller.current;
    return () => {
      // Not whether the end is followed: the last scroll event may not have come yet.
      const left = box === null || isNearEnd(box) ? undefined : placeIn(box);
      if (left === undefined) places.delete(open);
      else places.set(open, left);
    };
  }, [open, scroller]);
}

/** Scrolls to the place once its message is mounted. */
export function useReturnTo(place: ReadingPlace | undefined, scroller: Box): void {
  // A layout effect would run before the scroller, an ancestor, is known.
  useEffect(() => {
    const box = scroller.current;
    if (place === undefined || box === null) return;
    const message = document.getElementById(`${PREFIX}${place.message}`);
    if (message === null) return;
    box.scrollBy({ top: topIn(box, message) - place.offset, behavior: 'instant' });
  }, [place, scroller]);
}

function placeIn(box: HTMLElement): ReadingPlace | undefined {
  const messages = [...box.querySelectorAll<HTMLElement>(`[id^=${PREFIX}]`)];
  const first = messages.find((message) => topIn(box, message) + message.offsetHeight > 0);
  const id = messageId.parse(first?.id.slice(PREFIX.length) ?? '');
  if (first === undefined || id === undefined) return undefined;
  return { message: id, offset: topIn(box, first) };
}

function topIn(box: HTMLElement, message: HTMLElement): number {
  return message.getBoundingClientRect().top - box.getBoundingClientRect().top;
}
