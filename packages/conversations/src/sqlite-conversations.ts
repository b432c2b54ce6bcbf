import type { Database } from '@postern/database';
import { failed, ok, sortableId, type Clock, type Result } from '@postern/kernel';
import {
  messageId,
  plainText,
  type Conversation,
  type ConversationChange,
  type ConversationEnd,
  type ConversationId,
  type ConversationPage,
  type ConversationView,
  type Draft,
  type Labels,
  type Message,
  type MessageId,
  type SearchFilters,
} from '@postern/protocol';
import { AttachmentTable } from './attachment-table.ts';
import type { AttachmentStore } from './attachment-store.ts';
import type {
  ChatSettingsStore,
  ConversationStore,
  MessageChange,
  NewConversation,
  NewMessage,
  PageRequest,
  SearchResult,
  StoreFailure,
} from './conversation-store.ts';
import { ConversationBranches } from './conversation-branches.ts';
import { ConversationTable, type StoredConversation } from './conversation-table.ts';
import { adoptConversation, createConversation } from './create-conversation.ts';
import { chatSettingsStore } from './chat-settings-store.ts';
import { deleteConversations, type EveryTable } from './delete-conversations.ts';
import { DraftTable } from './draft-table.ts';
import { SqliteChatImports } from './import/sqlite-chat-imports.ts';
import { interruptAnswers } from './interrupt-answers.ts';
import { LabelTables } from './label-tables.ts';
import { MessageTable } from './message-table.ts';
import { checkLimit, erase, flat } from './method-results.ts';
import { organise } from './organise.ts';
import { SearchIndex } from './search-index.ts';
import { SettingsTable } from './settings-table.ts';
import { SqliteAttachments, type StoreEnvironment } from './sqlite-attachments.ts';
import { withChange } from './stored-message.ts';

const MAX_PAGE = 500;
const MAX_HITS = 200;

/** The store in a database, encrypted on disk or in memory. */
export class SqliteConversations implements ConversationStore {
  readonly attachments: AttachmentStore;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #conversations: ConversationTable;
  readonly #messages: MessageTable;
  readonly #drafts: DraftTable;
  readonly #labels: LabelTables;
  readonly #attachments: AttachmentTable;
  readonly #settings: SettingsTable;
  readonly settings: ChatSettingsStore;
  readonly #search: SearchIndex;
  readonly branches: ConversationBranches;
  readonly #every: EveryTable;
  readonly imports: SqliteChatImports;

  constructor(database: Database, environment: StoreEnvironment) {
    this.#database = database;
    this.#clock = environment.clock;
    this.#conversations = new ConversationTable(database);
    this.#labels = new LabelTables(database);
    this.#attachments = new AttachmentTable(database);
    this.#settings = new SettingsTable(database);
    this.settings = chatSettingsStore(database, this.#settings, this.#findKept);
    this.#messages = new MessageTable(database, this.#attachments);
    this.#drafts = new DraftTable(database, this.#attachments);
    this.attachments = new SqliteAttachments(database, this.#attachments, environment);
    this.#search = new SearchIndex(database);
    const [messages, search] = [this.#messages, this.#search];
    this.branches = new ConversationBranches({
      ...{ database, ...environment, messages, search },
      create: (input, from) =>
        createConversation(this.#every, { ...input, ...this.#settings.shownOf(from) }),
      inConversation: (id, work) => this.#inConversation(id, work),
    });
    this.#every = {
      ...{ ...environment, conversations: this.#conversations, messages, search },
      ...{ drafts: this.#drafts, labels: this.#labels, attachments: this.#attachments },
      settings: this.#settings,
    };
    this.imports = new SqliteChatImports({ ...this.#every, database });
  }

  create(input: NewConversation): Result<Conversation, StoreFailure> {
    return this.#database.runInTransaction(() =>
      ok(createConversation(this.#every, input).conversation),
    );
  }

  adopt(view: ConversationView, files: AttachmentStore): Result<Conversation, StoreFailure> {
    return this.#database.runInTransaction<Conversation, StoreFailure>(() => {
      const copied = this.#attachments.copyFrom(files, view.messages, this.#clock.nowMs());
      return copied.ok ? adoptConversation(this.#every, view) : copied;
    });
  }

  list(page: PageRequest): Result<ConversationPage, StoreFailure> {
    checkLimit(page.limit, MAX_PAGE);
    return flat(
      this.#database.attempt(() => {
        // One more than requested, to see whether there is a next page.
        const found = this.#page(page, page.limit + 1);
        if (found === undefined) return failed({ reason: 'conversation-not-found' });
        const conversations = found.slice(0, page.limit);
        const next = found.length > page.limit ? (conversations.at(-1)?.id ?? null) : null;
        return ok({ conversations, next });
      }),
    );
  }

  ids(): Result<readonly ConversationId[], StoreFailure> {
    return this.#database.attempt(() => this.#conversations.ids());
  }

  open(id: ConversationId): Result<ConversationView, StoreFailure> {
    return this.#view(id, (row) => ({ messages: this.#messages.ofConversation(row, id) }));
  }

  openEnd(id: ConversationId, count: number): Result<ConversationEnd, StoreFailure> {
    return this.#view(id, (row) => this.#messages.endOf(row, id, count));
  }

  #view<T>(id: ConversationId, contentOf: (row: number) => T) {
    return flat(
      this.#database.attempt(() => {
        const found = this.#findKept(id);
        if (!found.ok) return found;
        const { row, conversation } = found.value;
        const view = { conversation, ...contentOf(row), ...this.branches.choices(row) };
        return ok({ ...view, ...this.#settings.shownOf(id) });
      }),
    );
  }

  messages(
    id: ConversationId,
    ids: readonly MessageId[],
  ): Result<readonly Message[], StoreFailure> {
    return flat(
      this.#database.attempt(() => {
        const found = this.#findKept(id);
        return found.ok ? ok(this.#messages.these(found.value.row, id, ids)) : found;
      }),
    );
  }

  conversation(id: ConversationId): Result<Conversation, StoreFailure> {
    const found = flat(this.#database.attempt(() => this.#findKept(id)));
    return found.ok ? ok(found.value.conversation) : found;
  }

  rename(id: ConversationId, title: string): Result<Conversation, StoreFailure> {
    return this.#changeConversation(this.#findKept, id, (found) => {
      this.#conversations.rename(found.row, title.toWellFormed());
      this.#search.setTitle(found.row, title.toWellFormed());
    });
  }

  readonly suggestTitle: ConversationStore['suggestTitle'] = (id, title, numbers) =>
    this.#changeConversation(this.#findKept, id, ({ row }) => {
      const isChanged = this.#conversations.suggestTitle(row, title.toWellFormed(), numbers);
      if (isChanged) this.#search.setTitle(row, title.toWellFormed());
    });

  organise(
    ids: readonly ConversationId[],
    change: ConversationChange,
  ): Result<readonly Conversation[], StoreFailure> {
    const nowMs = this.#clock.nowMs();
    const tables = { conversations: this.#conversations, labels: this.#labels };
    return this.#database.runInTransaction(() => organise(tables, ids, change, nowMs));
  }

  labels(): Result<Labels, StoreFailure> {
    return this.#database.attempt(() => this.#labels.all());
  }

  createFolder(name: string): Result<undefined, StoreFailure> {
    return this.#database.runInTransaction(() => this.#labels.createFolder(name));
  }

  renameFolder(name: string, newName: string): Result<undefined, StoreFailure> {
    return this.#database.runInTransaction(() => this.#labels.renameFolder(name, newName));
  }

  deleteFolder(name: string): Result<undefined, StoreFailure> {
    return this.#database.runInTransaction(() => this.#labels.deleteFolder(name));
  }

  remove(id: ConversationId): Result<Conversation, StoreFailure> {
    return this.#changeConversation(this.#find, id, ({ row, conversation }) => {
      this.#conversations.setRemoval(row, conversation.deletedAtMs ?? this.#clock.nowMs());
    });
  }

  restore(id: ConversationId): Result<Conversation, StoreFailure> {
    return this.#changeConversation(this.#find, id, ({ row }) => {
      this.#conversations.setRemoval(row, null);
    });
  }

  listRemoved(limit: number): Result<readonly Conversation[], StoreFailure> {
    checkLimit(limit, MAX_PAGE);
    return this.#database.attempt(() => this.#conversations.removed(limit));
  }

  purgeRemoved(removedBeforeMs: number): Result<number, StoreFailure> {
    return this.#purge(() => ok(this.#conversations.removedBefore(removedBeforeMs)));
  }

  purge(id: ConversationId): Result<number, StoreFailure> {
    return this.#purge(() => {
      const found = this.#find(id);
      if (!found.ok) return found;
      const { row, conversation } = found.value;
      if (conversation.deletedAtMs !== undefined) return ok([row]);
      return failed({ reason: 'conversation-not-found' });
    });
  }

  #purge(rowsOf: () => Result<readonly number[], StoreFailure>): Result<number, StoreFailure> {
    return erase(this.#database, () => {
      const found = rowsOf();
      if (!found.ok) return found;
      deleteConversations(this.#every, found.value);
      return ok(found.value.length);
    });
  }

  addMessage(input: NewMessage): Result<Message, StoreFailure> {
    const nowMs = this.#clock.nowMs();
    return this.#database.runInTransaction(() => {
      const found = this.#findKept(input.conversationId);
      if (!found.ok) return found;
      const { row } = found.value;
      if (input.parentId !== null && !this.#messages.isIn(input.parentId, row)) {
        return failed({ reason: 'message-not-found' });
      }
      const id = messageId.from(sortableId(nowMs, this.#every.randomness));
      const message: Message = { ...input, id, createdAtMs: nowMs };
      const inserted = this.#messages.insert(message, row);
      if (!inserted.ok) return inserted;
      this.branches.showNewest(row, input.parentId);
      this.#conversations.touch(row, nowMs, input);
      this.#index(inserted.value, message);
      return ok(message);
    });
  }

  updateMessage(id: MessageId, change: MessageChange): Result<Message, StoreFailure> {
    return this.#database.runInTransaction(() => {
      const found = this.#messages.find(id, change.parts);
      if (!found.ok) return found;
      const message = withChange(found.value.message, change);
      const updated = this.#messages.update(found.value.row, message);
      if (!updated.ok) return updated;
      this.#index(found.value.row, message);
      return ok(message);
    });
  }

  message(id: MessageId): Result<Message, StoreFailure> {
    const found = flat(this.#database.attempt(() => this.#messages.find(id)));
    return found.ok ? ok(found.value.message) : found;
  }

  markInterrupted(): Result<number, StoreFailure> {
    return this.#database.runInTransaction(() => interruptAnswers(this.#messages, this.#search));
  }

  search(query: string, limit: number, filters: SearchFilters = {}): SearchResult {
    checkLimit(limit, MAX_HITS);
    return this.#database.attempt(() => this.#search.search(query, limit, filters));
  }

  drafts(): Result<readonly Draft[], StoreFailure> {
    return this.#database.attempt(() => this.#drafts.all());
  }

  saveDraft(draft: Draft): Result<undefined, StoreFailure> {
    return this.#database.runInTransaction<undefined, StoreFailure>(() => {
      const found = draft.conversation === null ? ok() : this.#findKept(draft.conversation);
      return found.ok ? this.#drafts.replace(draft) : found;
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Undefined if the cursor isn't a conversation. */
  #page({ place, before }: PageRequest, limit: number): Conversation[] | undefined {
    const cursor = before === undefined ? undefined : this.#conversations.find(before);
    if (before !== undefined && cursor === undefined) return undefined;
    return this.#conversations.page(place, cursor?.conversation, limit);
  }

  readonly #find = (id: ConversationId): Result<StoredConversation, StoreFailure> => {
    const found = this.#conversations.find(id);
    return found === undefined ? failed({ reason: 'conversation-not-found' }) : ok(found);
  };

  readonly #findKept = (id: ConversationId): Result<StoredConversation, StoreFailure> => {
    const found = this.#find(id);
    if (found.ok && found.value.conversation.deletedAtMs !== undefined) {
      return failed({ reason: 'conversation-not-found' });
    }
    return found;
  };

  #inConversation<T>(
    id: ConversationId,
    work: (found: StoredConversation) => Result<T, StoreFailure>,
  ): Result<T, StoreFailure> {
    return this.#database.runInTransaction(() => {
      const found = this.#findKept(id);
      return found.ok ? work(found.value) : found;
    });
  }

  #changeConversation(
    find: (id: ConversationId) => Result<StoredConversation, StoreFailure>,
    id: ConversationId,
    change: (found: StoredConversation) => void,
  ): Result<Conversation, StoreFailure> {
    return this.#database.runInTransaction(() => {
      const found = find(id);
      if (!found.ok) return found;
      change(found.value);
      const changed = this.#find(id);
      return changed.ok ? ok(changed.value.conversation) : changed;
    });
  }

  /** A streaming answer is indexed once, when it has ended. */
  #index(row: number, message: Message): void {
    if (message.status !== 'streaming') this.#search.setText(row, plainText(message.parts));
  }
}
