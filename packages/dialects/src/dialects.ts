import type { DialectId } from '@postern/protocol';
import { anthropicMessages } from './anthropic-messages/dialect.ts';
import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat/dialect.ts';
import { openaiResponses } from './openai-responses/dialect.ts';

/** Every wire dialect that Postern speaks, each with its record. */
export const DIALECTS: Readonly<Record<DialectId, Dialect>> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
};

/** Spoken to a client that shows no dialect. */
export const FALLBACK_DIALECT: Dialect = openaiChat;
