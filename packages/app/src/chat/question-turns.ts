import {
  plainLine,
  plainText,
  type Message,
  type MessageId,
  type MessagePart,
  type ProviderId,
  type Role,
} from '@postern/protocol';

/** One turn before its attachments were read. */
export interface StoredTurn {
  readonly role: Role;
  readonly parts: readonly MessagePart[];
}

/**
 * Returns the messages that lead to a message: its ancestors and itself, oldest first. Leaves out
 * empty answers, and reasoning and blocks that only another provider can read back, because a
 * provider rejects the signatures of another.
 */
export function turnsLeadingTo(
  messages: readonly Message[],
  last: MessageId,
  answering: ProviderId,
): readonly StoredTurn[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const turns: StoredTurn[] = [];
  const seen = new Set<MessageId>();
  for (let id: MessageId | null = last; id !== null && !seen.has(id);) {
    seen.add(id);
    const message = byId.get(id);
    if (message === undefined) break;
    const parts = message.parts
      .filter((part) => canReturn(part, message, answering))
      .map(withoutTools);
    if (parts.length > 0) turns.unshift({ role: message.role, parts });
    id = message.parentId;
  }
  return turns;
}

function canReturn(part: MessagePart, message: Message, answering: ProviderId): boolean {
  switch (part.kind) {
    case 'thinking':
    case 'redacted-thinking':
    case 'opaque':
      // The reasoning of an interrupted answer may lack its signature.
      return message.provider === answering && message.status === 'complete';
    case 'text':
    case 'refusal':
      return part.text !== '';
    default:
      return true;
  }
}

/**
 * Tool calls and results of an imported chat, as text. The chat offers no tools, and a provider rejects calls of a
 * tool that the request doesn't define.
 */
function withoutTools(part: MessagePart): MessagePart {
  switch (part.kind) {
    case 'tool-call':
      return { kind: 'text', text: `[Call of the tool ${part.name}]\n${part.inputJson}` };
    case 'tool-result': {
      const texts = part.content.map((each) => (each.kind === 'text' ? each.text : '[not a text]'));
      return { kind: 'text', text: ['[Result of a tool]', ...texts].join('\n') };
    }
    default:
      return part;
  }
}

/** The title of a conversation before its first question. */
export const UNTITLED = 'New chat';

const TITLE_LENGTH = 60;
const segmenter = new Intl.Segmenter();

/**
 * Creates a title from the first question: its first words on one line, never cut inside a character, without
 * characters that reorder or hide text. Without text, the name of its first attachment.
 */
export function titleOf(parts: readonly MessagePart[]): string {
  const text = plainText(parts) || (parts.find((part) => part.kind === 'attachment')?.name ?? '');
  const line = plainLine(text.slice(0, 2000));
  if (line === '') return UNTITLED;
  const characters = Array.from(segmenter.segment(line), ({ segment }) => segment);
  if (characters.length <= TITLE_LENGTH) return line;
  const cut = characters.slice(0, TITLE_LENGTH).join('');
  const atWord = cut.replace(/\s+\S*$/, '');
  return `${atWord.length >= TITLE_LENGTH / 2 ? atWord : cut}…`;
}
