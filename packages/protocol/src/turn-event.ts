import type { AnswerEvent, Conversation, Message } from './conversation.ts';
import type { MessageId } from './ids.ts';

/**
 * One event of the running answers of a conversation, as `data:` of an event stream. Each answer has `started` first
 * and `done` last; events of several answers are mixed. The stream ends when none is running any more. If it ends
 * without `done` of an answer, that one may still be running. `done` doesn't come if the conversation was deleted.
 */
export type TurnEvent =
  /**
   * The stored user message (absent on a retry), and the answer with everything that has arrived. The following
   * events continue it. Comes again if the page reads too slowly, and then replaces what the page has.
   */
  | { readonly kind: 'started'; readonly question?: Message; readonly answer: Message }
  | { readonly kind: 'answer'; readonly answerId: MessageId; readonly event: AnswerEvent }
  /** The answer as stored, and the conversation with its new title and time. */
  | { readonly kind: 'done'; readonly answer: Message; readonly conversation: Conversation };
