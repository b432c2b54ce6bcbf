import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import { generateMessageId } from '@lingui/message-utils/generateMessageId';

/** A message as Lingui interprets it: a text without placeholders, or its texts and placeholders. */
export type CompiledMessage = string | readonly Token[];

/** A text, or a placeholder. The format of a plural or another choice is an object of messages. */
export type Token = string | readonly [name: string, type?: string, format?: unknown];

/** @throws Error if the message isn't in ICU format. */
export function parseMessage(message: string): CompiledMessage {
  const parsed: readonly Token[] = compileMessageOrThrow(message);
  const [only] = parsed;
  return parsed.length === 1 && typeof only === 'string' ? only : parsed;
}

/** The key of a message in a compiled catalogue: itself if it has neither placeholders nor context. */
export function keyOf(message: string, context: string | undefined): string {
  if (context === undefined && parseMessage(message) === message) return message;
  return String(generateMessageId(message, context));
}
