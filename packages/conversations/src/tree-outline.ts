import type { MessageId } from '@postern/protocol';

/** A message's place in the tree, without its content. */
export interface OutlineEntry {
  readonly row: number;
  readonly id: MessageId;
  readonly parentId: MessageId | null;
  readonly isChosen: boolean;
  /** The row of the message with which it was removed. */
  readonly removedWith: number | undefined;
}

/** Every message of a conversation, removed ones included. */
export class TreeOutline {
  readonly #byId: ReadonlyMap<MessageId, OutlineEntry>;
  readonly #children: ReadonlyMap<MessageId | null, readonly OutlineEntry[]>;

  constructor(entries: readonly OutlineEntry[]) {
    this.#byId = new Map(entries.map((entry) => [entry.id, entry]));
    this.#children = Map.groupBy(entries, ({ parentId }) => parentId);
  }

  find(id: MessageId): OutlineEntry | undefined {
    return this.#byId.get(id);
  }

  parentOf({ parentId }: OutlineEntry): OutlineEntry | undefined {
    return parentId === null ? undefined : this.#byId.get(parentId);
  }

  siblingsOf({ parentId, row }: OutlineEntry): readonly OutlineEntry[] {
    return this.childrenOf(parentId).filter((entry) => entry.row !== row);
  }

  childrenOf(id: MessageId | null): readonly OutlineEntry[] {
    return this.#children.get(id) ?? [];
  }

  /** The messages from the first one to this one. Ends in a damaged tree with a cycle. */
  pathTo(last: OutlineEntry): readonly OutlineEntry[] {
    const path = new Set<OutlineEntry>();
    for (
      let entry: OutlineEntry | undefined = last;
      entry !== undefined && !path.has(entry);
      entry = this.parentOf(entry)
    ) {
      path.add(entry);
    }
    return [...path].reverse();
  }

  /** The message and every message after it. */
  branchOf(first: OutlineEntry): readonly OutlineEntry[] {
    const branch = new Set([first]);
    // A set is iterated with what is added to it meanwhile.
    for (const { id } of branch) for (const child of this.childrenOf(id)) branch.add(child);
    return [...branch];
  }
}
