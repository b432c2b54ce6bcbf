import type { Database } from '@postern/database';
import { failed, ok, sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  messageId,
  plainText,
  type Conversation,
  type ConversationId,
  type ConversationView,
  type Message,
  type MessageId,
} from '@postern/protocol';
import type { BranchStore } from './branch-store.ts';
import { BranchTable } from './branch-table.ts';
import type { NewConversation } from './conversation-store.ts';
import type { StoredConversation } from './conversation-table.ts';
import { erase } from './method-results.ts';
import type { MessageTable } from './message-table.ts';
import type { SearchIndex } from './search-index.ts';
import type { StoreFailure } from './store-failure.ts';
import type { OutlineEntry, TreeOutline } from './tree-outline.ts';

interface Place {
  readonly outline: TreeOutline;
  readonly entry: OutlineEntry;
}

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly messages: MessageTable;
  readonly search: SearchIndex;
  /** Adds a conversation, in a transaction. */
  /** With the settings of another conversation. */
  readonly create: (input: NewConversation, from: ConversationId) => StoredConversation;
  /** One transaction for a conversation that isn't removed. */
  readonly inConversation: <T>(
    id: ConversationId,
    work: (found: StoredConversation) => Result<T, StoreFailure>,
  ) => Result<T, StoreFailure>;
}

export class ConversationBranches implements BranchStore {
  readonly #parts: Parts;
  readonly #table: BranchTable;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#table = new BranchTable(parts.database);
  }

  choose(id: ConversationId, message: MessageId): Result<undefined, StoreFailure> {
    return this.#parts.inConversation(id, ({ row }) => {
      const place = this.#find(row, message);
      if (!place.ok) return place;
      const { outline, entry } = place.value;
      for (const each of outline.pathTo(entry)) this.#table.choose(row, outline, each);
      return ok();
    });
  }

  remove(id: ConversationId, message: MessageId): Result<undefined, StoreFailure> {
    return this.#parts.inConversation(id, ({ row }) => {
      const place = this.#find(row, message);
      if (!place.ok) return place;
      const { outline, entry } = place.value;
      this.#table.remove(outline.branchOf(entry), entry.row, this.#parts.clock.nowMs());
      return ok();
    });
  }

  restore(id: ConversationId, message: MessageId): Result<undefined, StoreFailure> {
    return this.#parts.inConversation(id, ({ row }) => {
      const outline = this.#table.outline(row);
      const entry = outline.find(message);
      if (entry === undefined) return failed({ reason: 'message-not-found' });
      const parent = outline.parentOf(entry);
      if (parent?.removedWith === undefined) this.#table.restore(entry.row);
      else this.#table.restoreWith(entry.row, parent.row);
      return ok();
    });
  }

  purge(removedBeforeMs: number): Result<number, StoreFailure> {
    return erase(this.#parts.database, () => {
      const rows = this.#table.removedBefore(removedBeforeMs);
      for (const row of rows) {
        this.#parts.search.setText(row, '');
        this.#parts.messages.delete(row);
      }
      return ok(rows.length);
    });
  }

  fork(id: ConversationId, last: MessageId, title: string): Result<Conversation, StoreFailure> {
    return this.#parts.inConversation(id, ({ row, conversation }) => {
      const place = this.#find(row, last);
      if (!place.ok) return place;
      const { provider, model } = conversation;
      const chosen = {
        ...(provider === undefined ? {} : { provider }),
        ...(model === undefined ? {} : { model }),
      };
      const fork = this.#parts.create({ title, ...chosen }, id);
      const copied = this.#copy(place.value, fork);
      return copied.ok ? ok(fork.conversation) : copied;
    });
  }

  /** The messages chosen among their siblings, in an attempt or transaction. */
  choices(conversation: number): Pick<ConversationView, 'choices'> {
    const choices = this.#table.chosen(conversation);
    return choices.length === 0 ? {} : { choices };
  }

  /** Shows a new message instead of its siblings, in a transaction. */
  showNewest(conversation: number, parentId: MessageId | null): void {
    if (this.#table.chosen(conversation).length === 0) return;
    this.#table.unchoose(this.#table.outline(conversation).childrenOf(parentId));
  }

  /** Copies the messages up to this one into an empty conversation. */
  #copy({ outline, entry }: Place, to: StoredConversation): Result<undefined, StoreFailure> {
    const { messages, search, clock, randomness } = this.#parts;
    let parentId: MessageId | null = null;
    for (const { id } of outline.pathTo(entry)) {
      const found = messages.find(id);
      // A damaged message stays where it is.
      if (!found.ok && found.failure.reason === 'message-damaged') continue;
      if (!found.ok) return found;
      const { message } = found.value;
      const copy: Message = {
        ...message,
        id: messageId.from(sortableId(clock.nowMs(), randomness)),
        conversationId: to.conversation.id,
        parentId,
        status: message.status === 'streaming' ? 'interrupted' : message.status,
      };
      const row = messages.insert(copy, to.row);
      if (!row.ok) return row;
      search.setText(row.value, plainText(copy.parts));
      parentId = copy.id;
    }
    return ok();
  }

  /** A message that isn't removed. */
  #find(conversation: number, id: MessageId): Result<Place, StoreFailure> {
    const outline = this.#table.outline(conversation);
    const entry = outline.find(id);
    if (entry === undefined || entry.removedWith !== undefined) {
      return failed({ reason: 'message-not-found' });
    }
    return ok({ outline, entry });
  }
}
