import type { MessagePart } from './conversation.ts';

/** The text of a message's parts, for titles, search and copying. */
export function plainText(parts: readonly MessagePart[]): string {
  return parts
    .map((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n\n');
}
