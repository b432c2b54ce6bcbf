import { HASH_SEED, hashBytes, hashFirstQuestion, hashText } from '../body/first-question.ts';
import type { RequestBody } from '../body/request-body.ts';

/** Claude Code sends the id of its session. A summary replaces the start of its conversation from time to time. */
export const SESSION_HEADER = 'x-claude-code-session-id';

export interface ConversationInput {
  readonly body: Pick<RequestBody, 'bytes' | 'conversation'>;
  readonly keyId: string;
  /** The value of `SESSION_HEADER`. */
  readonly sessionId: string | undefined;
}

/**
 * A hash that all requests of a conversation have in common: of the gateway key and the client's own name for
 * the conversation (a session id, `prompt_cache_key`), or otherwise the first question. Not of the system
 * prompt: some clients put the time into it.
 */
export function conversationHash({ body, keyId, sessionId }: ConversationInput): number {
  const seed = hashText(keyId, HASH_SEED);
  if (sessionId !== undefined) return hashText(sessionId, seed);
  const { cacheKey, items } = body.conversation;
  if (cacheKey !== undefined) return hashBytes(body.bytes, cacheKey.start, cacheKey.end, seed);
  return items === undefined ? seed : hashFirstQuestion(body.bytes, items, seed);
}
