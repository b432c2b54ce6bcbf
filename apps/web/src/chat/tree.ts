import type { ConversationId, Message, MessageId, MessageOutline } from '@postern/protocol';

/** A conversation's messages by parent; the key null holds the first messages. */
export interface MessageTree {
  readonly byId: ReadonlyMap<MessageId, Message>;
  /** Siblings in the order of their creation. */
  readonly children: ReadonlyMap<MessageId | null, readonly Message[]>;
  /** Messages whose content the page doesn't have, or may have in an older state. */
  readonly outlined: ReadonlySet<MessageId>;
}

/** The sibling that is visible, by parent id (null for the first messages). */
export type Choices = ReadonlyMap<MessageId | null, MessageId>;

/** One message on a path through the tree, and its position among its siblings. */
export interface PathStep {
  readonly message: Message;
  readonly siblings: readonly Message[];
  /** Counted from 0. */
  readonly place: number;
  /** Its content must be loaded before it is shown. */
  readonly outlined: boolean;
}

export const EMPTY_TREE: MessageTree = {
  byId: new Map(),
  children: new Map(),
  outlined: new Set(),
};

/**
 * Builds a tree. A message with a missing parent becomes a first message and stays visible.
 *
 * @param messages The messages whose content is there, and those that only have an outline.
 * @param before The tree until now: outlined messages keep the content that they have there.
 */
export function treeOf(
  messages: readonly Message[],
  earlier: readonly MessageOutline[] = [],
  before: MessageTree = EMPTY_TREE,
): MessageTree {
  const conversation = messages[0]?.conversationId;
  const outlines =
    conversation === undefined
      ? []
      : earlier.map(
          (outline) => before.byId.get(outline.id) ?? emptyMessage(outline, conversation),
        );
  const all = [...outlines, ...messages];
  const byId = new Map(all.map((message) => [message.id, message]));
  const children = new Map<MessageId | null, Message[]>();
  for (const message of all) {
    const known = message.parentId !== null && byId.has(message.parentId);
    const parent = known ? message.parentId : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [message]);
    else siblings.push(message);
  }
  for (const siblings of children.values()) siblings.sort(byCreation);
  return { byId, children, outlined: new Set(outlines.map(({ id }) => id)) };
}

/** Returns the tree with a message added or replaced. */
export function withMessage(tree: MessageTree, message: Message): MessageTree {
  return withMessages(tree, [message]);
}

/** Returns the tree with messages added or replaced. */
export function withMessages(tree: MessageTree, messages: readonly Message[]): MessageTree {
  const byId = new Map(tree.byId);
  const children = new Map(tree.children);
  const outlined = new Set(tree.outlined);
  for (const message of messages) {
    byId.set(message.id, message);
    outlined.delete(message.id);
    const known = message.parentId !== null && byId.has(message.parentId);
    const parent = known ? message.parentId : null;
    const siblings = children.get(parent) ?? [];
    const others = siblings.filter((sibling) => sibling.id !== message.id);
    children.set(parent, [...others, message].sort(byCreation));
  }
  return { byId, children, outlined };
}

function emptyMessage(outline: MessageOutline, conversationId: ConversationId): Message {
  return { ...outline, conversationId, parts: [], status: 'complete' };
}

/** Returns the path from the first message to a leaf: at each fork the chosen or newest one. */
export function visiblePath(tree: MessageTree, choices: Choices): readonly PathStep[] {
  const path: PathStep[] = [];
  const seen = new Set<MessageId>();
  let parent: MessageId | null = null;
  for (;;) {
    const siblings: readonly Message[] = tree.children.get(parent) ?? [];
    const chosen = choices.get(parent);
    const found = siblings.findIndex((sibling) => sibling.id === chosen);
    const place = found === -1 ? siblings.length - 1 : found;
    const message = siblings[place];
    // A damaged tree with a cycle must not hang the page.
    if (message === undefined || seen.has(message.id)) return path;
    seen.add(message.id);
    path.push({ message, siblings, place, outlined: tree.outlined.has(message.id) });
    parent = message.id;
  }
}

/** Returns the choices that make a message visible; other choices stay. */
export function choicesTo(tree: MessageTree, choices: Choices, target: MessageId): Choices {
  const next = new Map(choices);
  const seen = new Set<MessageId>();
  let message = tree.byId.get(target);
  while (message !== undefined && !seen.has(message.id)) {
    seen.add(message.id);
    const parent =
      message.parentId !== null && tree.byId.has(message.parentId) ? message.parentId : null;
    next.set(parent, message.id);
    message = parent === null ? undefined : tree.byId.get(parent);
  }
  return next;
}

function byCreation(a: Message, b: Message): number {
  if (a.createdAtMs !== b.createdAtMs) return a.createdAtMs - b.createdAtMs;
  return a.id < b.id ? -1 : 1;
}
