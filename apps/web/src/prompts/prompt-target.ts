import type { KeyboardEvent, RefObject } from 'react';
import type { ChatPlace } from '../state/private-chats.ts';

/** The message field that prompts are put into. */
export interface PromptTarget {
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly place: ChatPlace;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** Handles a key press in the message field; true if that was for the menu. */
export type TakesKey = (event: KeyboardEvent) => boolean;
