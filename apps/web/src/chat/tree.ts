import type { Message, MessageId } from '@postern/protocol';

/** A conversation's messages by their parents; the key null holds the first ones. */
export interface MessageTree {
  readonly byId: ReadonlyMap<MessageId, Message>;
  /** Siblings in the order of their creation. */
  readonly children: ReadonlyMap<MessageId | null, readonly Message[]>;
}

/** Which of several siblings is shown: the parent's id (null: the beginning) to the child's. */
export type Choices = ReadonlyMap<MessageId | null, MessageId>;

/** One message of the way through the tree, and where it stands among its siblings. */
export interface PathStep {
  readonly message: Message;
  readonly siblings: readonly Message[];
  /** Counted from 0. */
  readonly place: number;
}

export const EMPTY_TREE: MessageTree = { byId: new Map(), children: new Map() };

/** A message whose parent is missing stands at the beginning, so that nothing is hidden. */
export function treeOf(messages: readonly Message[]): MessageTree {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const children = new Map<MessageId | null, Message[]>();
  for (const message of messages) {
    const known = message.parentId !== null && byId.has(message.parentId);
    const parent = known ? message.parentId : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [message]);
    else siblings.push(message);
  }
  for (const siblings of children.values()) siblings.sort(byCreation);
  return { byId, children };
}

/** The tree with a message added, or replaced where its id is there already. */
export function withMessage(tree: MessageTree, message: Message): MessageTree {
  const byId = new Map(tree.byId).set(message.id, message);
  const known = message.parentId !== null && byId.has(message.parentId);
  const parent = known ? message.parentId : null;
  const siblings = tree.children.get(parent) ?? [];
  const others = siblings.filter((sibling) => sibling.id !== message.id);
  const children = new Map(tree.children).set(parent, [...others, message].sort(byCreation));
  return { byId, children };
}

/** The way from the beginning to a leaf: at each fork the chosen sibling, else the newest. */
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
    path.push({ message, siblings, place });
    parent = message.id;
  }
}

/** The choices that lead to a message, keeping the others. */
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
