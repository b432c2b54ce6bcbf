import type { Database } from '@postern/database';
import { failed, Fault, ok, sortableId, type Result } from '@postern/kernel';
import {
  conversationId,
  messageId,
  plainText,
  type ChatImport,
  type Conversation,
  type Message,
  type MessageId,
  type UndoneImport,
} from '@postern/protocol';
import type { StoredConversation } from '../conversation-table.ts';
import { deleteConversations, type EveryTable } from '../delete-conversations.ts';
import { erase } from '../method-results.ts';
import type { StoreFailure } from '../store-failure.ts';
import { ImportTable } from './import-table.ts';
import type {
  ChatImportStore,
  ChatOutline,
  ImportedChat,
  ImportedMessage,
  ImportOutcome,
  ImportRun,
} from './imported-chat.ts';

/** What the imports share with the store that they are part of. */
export interface ImportParts extends EveryTable {
  readonly database: Database;
}

/** What is to be added of a chat. */
type Plan<M> =
  | { readonly kind: 'present' | 'in-trash' }
  | { readonly kind: 'add' }
  | {
      readonly kind: 'extend';
      readonly found: StoredConversation;
      readonly fresh: readonly M[];
    };

/** Implements imports in the database of conversations. */
export class SqliteChatImports implements ChatImportStore {
  readonly #parts: ImportParts;
  readonly #imports: ImportTable;

  constructor(parts: ImportParts) {
    this.#parts = parts;
    this.#imports = new ImportTable(parts.database);
  }

  add(run: ImportRun, chat: ImportedChat): Result<ImportOutcome, StoreFailure> {
    return this.#parts.database.runUnsynced<ImportOutcome, StoreFailure>(() =>
      this.#add(run, chat),
    );
  }

  addAll(
    run: ImportRun,
    chats: readonly ImportedChat[],
  ): Result<readonly ImportOutcome[], StoreFailure> {
    return this.#parts.database.runUnsynced<readonly ImportOutcome[], StoreFailure>(() => {
      const outcomes: ImportOutcome[] = [];
      for (const chat of chats) {
        const added = this.#add(run, chat);
        if (!added.ok) return added;
        outcomes.push(added.value);
      }
      return ok(outcomes);
    });
  }

  #add(run: ImportRun, chat: ImportedChat): Result<ImportOutcome, StoreFailure> {
    const plan = this.#plan(chat);
    switch (plan.kind) {
      case 'present':
      case 'in-trash':
        return ok({ kind: plan.kind });
      case 'add':
        return this.#insertChat(run, chat);
      case 'extend':
        return this.#extend(run, chat, plan.found, plan.fresh);
    }
  }

  preview(chat: ImportedChat): Result<ImportOutcome, StoreFailure> {
    return this.#parts.database.attempt<ImportOutcome>(() => {
      const plan = this.#plan(chat);
      switch (plan.kind) {
        case 'present':
        case 'in-trash':
          return { kind: plan.kind };
        case 'add':
          return { kind: 'added', messages: chat.messages.length };
        case 'extend':
          return { kind: 'extended', messages: plan.fresh.length };
      }
    });
  }

  freshOrigins(chat: ChatOutline): Result<ReadonlySet<string>, StoreFailure> {
    return this.#parts.database.attempt(() => {
      const plan = this.#plan(chat);
      if (plan.kind === 'present' || plan.kind === 'in-trash') return new Set();
      const fresh = plan.kind === 'extend' ? plan.fresh : chat.messages;
      return new Set(fresh.map(({ origin }) => origin));
    });
  }

  finish(): Result<undefined, StoreFailure> {
    return this.#parts.database.sync();
  }

  list(): Result<readonly ChatImport[], StoreFailure> {
    return this.#parts.database.attempt(() => this.#imports.list());
  }

  undo(id: string): Result<UndoneImport, StoreFailure> {
    let undone: UndoneImport = { chats: 0, messages: 0, kept: 0 };
    const erased = erase(this.#parts.database, () => {
      const run = this.#imports.find(id);
      if (run === undefined) return failed({ reason: 'import-not-found' });
      const messages = this.#removeLaterMessages(run);
      const chats = this.#imports.chatsOf(run);
      const rows = chats.filter(({ isContinued }) => !isContinued).map(({ row }) => row);
      deleteConversations(this.#parts, rows);
      this.#imports.deleteIfEmpty(run);
      undone = { chats: rows.length, messages, kept: chats.length - rows.length };
      return ok(rows.length + messages);
    });
    return erased.ok ? ok(undone) : erased;
  }

  #plan<M extends Pick<ImportedMessage, 'origin'>>(
    chat: Pick<ImportedChat, 'id' | 'origin'> & { readonly messages: readonly M[] },
  ): Plan<M> {
    const { conversations } = this.#parts;
    const row = this.#imports.findChat(chat.origin);
    const found = row === undefined ? undefined : conversations.findRow(row);
    if (found === undefined) {
      const isTaken = chat.id !== undefined && conversations.find(chat.id) !== undefined;
      return { kind: isTaken ? 'present' : 'add' };
    }
    if (found.conversation.deletedAtMs !== undefined) return { kind: 'in-trash' };
    const fresh = chat.messages.filter(
      ({ origin }) => this.#imports.findMessage(found.row, origin) === undefined,
    );
    return fresh.length === 0 ? { kind: 'present' } : { kind: 'extend', found, fresh };
  }

  #insertChat(run: ImportRun, chat: ImportedChat): Result<ImportOutcome, StoreFailure> {
    const { conversations, search, randomness } = this.#parts;
    const { origin, messages, id, settings, ...content } = chat;
    const conversation: Conversation = {
      ...content,
      id: id ?? conversationId.from(sortableId(chat.createdAtMs, randomness)),
      title: chat.title.toWellFormed(),
    };
    const row = conversations.insert(conversation);
    // As if the user had typed it, so that no automatic title replaces it.
    conversations.rename(row, conversation.title);
    search.setTitle(row, conversation.title);
    if (settings !== undefined) this.#parts.settings.save(conversation.id, settings);
    const labelled = this.#label(row, chat);
    if (!labelled.ok) return labelled;
    const runRow = this.#imports.findOrInsert(run);
    this.#imports.insertChat(row, runRow, origin);
    const inserted = this.#insertMessages(runRow, { row, conversation }, messages);
    return inserted.ok ? ok({ kind: 'added', messages: messages.length }) : inserted;
  }

  #label(row: number, chat: ImportedChat): Result<undefined, StoreFailure> {
    const { pinned = false, archived = false, folder = null, tags = [] } = chat;
    // Looking for labels without chats takes longer than storing a short chat.
    if (!pinned && !archived && folder === null && tags.length === 0) return ok();
    const addTags = [...tags];
    return this.#parts.labels.change([row], { pinned, archived, folder, addTags });
  }

  #extend(
    run: ImportRun,
    chat: ImportedChat,
    found: StoredConversation,
    fresh: readonly ImportedMessage[],
  ): Result<ImportOutcome, StoreFailure> {
    const inserted = this.#insertMessages(this.#imports.findOrInsert(run), found, fresh);
    if (!inserted.ok) return inserted;
    this.#parts.conversations.touch(found.row, chat.updatedAtMs, {});
    return ok({ kind: 'extended', messages: fresh.length });
  }

  #insertMessages(
    run: number,
    { row, conversation }: StoredConversation,
    messages: readonly ImportedMessage[],
  ): Result<undefined, StoreFailure> {
    const ids = new Map<string, MessageId>();
    for (const imported of messages) {
      const { origin, parent, id, ...content } = imported;
      const parentId =
        parent === null ? null : (ids.get(parent) ?? this.#imports.findMessage(row, parent));
      if (parentId === undefined) throw new Fault('an imported message comes after its parent');
      const message: Message = {
        ...content,
        id: this.#freeId(id, imported.createdAtMs),
        conversationId: conversation.id,
        parentId,
      };
      const inserted = this.#parts.messages.insert(message, row);
      if (!inserted.ok) return inserted;
      this.#parts.search.addText(inserted.value, plainText(message.parts));
      this.#imports.insertMessage(inserted.value, row, run, origin);
      ids.set(origin, message.id);
    }
    return ok();
  }

  /** An import can't take the place of a message of another chat. */
  #freeId(id: MessageId | undefined, createdAtMs: number): MessageId {
    if (id !== undefined && !this.#parts.messages.exists(id)) return id;
    return messageId.from(sortableId(createdAtMs, this.#parts.randomness));
  }

  /** Returns how many were removed. */
  #removeLaterMessages(run: number): number {
    let removed = 0;
    for (const { row, id } of this.#imports.laterMessagesOf(run)) {
      if (this.#parts.messages.hasChild(id)) continue;
      this.#parts.search.setText(row, '');
      this.#parts.messages.delete(row);
      removed += 1;
    }
    return removed;
  }
}
