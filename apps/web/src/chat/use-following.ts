import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { createFollower, type ScrolledElements } from './follower.ts';

type Box = RefObject<HTMLDivElement | null>;

interface Following {
  readonly scroller: Box;
  readonly content: Box;
  readonly room: Box;
  /** Whether the end is in view, or is kept in view. */
  readonly following: boolean;
  /** Goes to the end, and keeps it in view. */
  readonly follow: () => void;
}

/**
 * Scrolls a chat: its end stays in view while it grows, or the last question if it is being sent.
 *
 * @param atFirst Whether the end is in view at first.
 */
export function useFollowing(atFirst: boolean, isSending: boolean): Following {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const room = useRef<HTMLDivElement>(null);
  const [follower] = useState(() => createFollower(atFirst));
  const [following, setFollowing] = useState(true);
  useLayoutEffect(() => {
    const elements = elementsOf(scroller, content, room);
    if (isSending && elements !== undefined) follower.showQuestion(elements);
  }, [follower, isSending]);
  useEffect(() => {
    const elements = elementsOf(scroller, content, room);
    return elements === undefined ? undefined : follower.watch(elements, setFollowing);
  }, [follower]);
  const follow = (): void => {
    const elements = elementsOf(scroller, content, room);
    if (elements === undefined) return;
    setFollowing(true);
    follower.follow(elements);
  };
  return { scroller, content, room, following, follow };
}

function elementsOf(
  { current: box }: Box,
  { current: content }: Box,
  { current: room }: Box,
): ScrolledElements | undefined {
  if (box === null || content === null || room === null) return undefined;
  return { box, content, room };
}
