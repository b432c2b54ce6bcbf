import type { ConversationView, Message, MessageId } from '@postern/protocol';

export interface Branch {
  /** From the first message to a leaf. */
  readonly messages: readonly Message[];
  /** How many messages are on other branches. */
  readonly omitted: number;
}

/** The branch that the page shows when it opens a chat: the chosen or newest message at each fork. */
export function shownBranch({ messages: all, choices = [] }: ConversationView): Branch {
  const chosen = new Set(choices);
  const isShownFor = (a: Message, b: Message): boolean =>
    chosen.has(a.id) || (!chosen.has(b.id) && isNewer(a, b));
  const ids = new Set(all.map(({ id }) => id));
  const newest = new Map<MessageId | null, Message>();
  for (const message of all) {
    // A message whose parent is missing is a first message.
    const parent = message.parentId !== null && ids.has(message.parentId) ? message.parentId : null;
    const known = newest.get(parent);
    if (known === undefined || isShownFor(message, known)) newest.set(parent, message);
  }
  const messages: Message[] = [];
  const seen = new Set<MessageId>();
  let next = newest.get(null);
  // A damaged tree can have a cycle.
  while (next !== undefined && !seen.has(next.id)) {
    seen.add(next.id);
    messages.push(next);
    next = newest.get(next.id);
  }
  return { messages, omitted: all.length - messages.length };
}

function isNewer(a: Message, b: Message): boolean {
  return a.createdAtMs === b.createdAtMs ? a.id > b.id : a.createdAtMs > b.createdAtMs;
}
