import type { DialectId } from '@postern/protocol';
import { anthropicMessages } from './anthropic-messages/dialect.ts';
import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat/dialect.ts';
import { openaiResponses } from './openai-responses/dialect.ts';

/** The record of every wire dialect that Postern supports. */
export const DIALECTS: Readonly<Record<DialectId, Dialect>> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
};

/** Used if a request doesn't show which dialect its client expects. */
export const FALLBACK_DIALECT: Dialect = openaiChat;
