import type { AnswerEvent, Conversation, Message } from './conversation.ts';

/**
 * One event of a running answer, as `data:` of an event stream. `started` comes first and `done` last. If the
 * stream ends without `done`, the answer may still be running. `done` doesn't come if the conversation was deleted.
 */
export type TurnEvent =
  /**
   * The stored user message (absent on a retry), and the answer with everything that has arrived. The following
   * events continue it. Comes again if the page reads too slowly, and then replaces what the page has.
   */
  | { readonly kind: 'started'; readonly question?: Message; readonly answer: Message }
  | { readonly kind: 'answer'; readonly event: AnswerEvent }
  /** The answer as stored, and the conversation with its new title and time. */
  | { readonly kind: 'done'; readonly answer: Message; readonly conversation: Conversation };
