import {
  createMemoryConversations,
  describeStoreFailure,
  type ConversationsEnvironment,
  type ConversationStore,
  type Schedule,
} from '@postern/conversations';
import { failed, type Result } from '@postern/kernel';
import {
  problem,
  providerId,
  type Conversation,
  type ConversationId,
  type ErrorCodeName,
  type Message,
  type PrivateChatInput,
  type Problem,
} from '@postern/protocol';
import type { Session } from '../server/sessions.ts';
import { titleOf } from './question-turns.ts';
import type { RunningAnswers } from './running-answers.ts';

/** Open at once, on all pages. Together with the length of each, this bounds the memory. */
const MAX_PRIVATE_CHATS = 8;
/** Characters of all versions of its messages, before the next answer. */
const MAX_PRIVATE_LENGTH = 8 * 1024 * 1024;
/**
 * How long a page may have no event stream, until its private chats are closed. A browser that was killed can't say
 * that its pages are closed. A browser may delay the timers of hidden pages by a minute.
 */
const PAGE_GONE_AFTER_MS = 2 * 60_000;

const PRIVATE_TITLE = 'Private chat';

/** One loaded page of a session. */
export interface PageOfSession {
  readonly session: Session;
  /** From its `PAGE_HEADER`. */
  readonly key: string;
}

interface PrivateChat {
  readonly id: ConversationId;
  readonly page: string;
  readonly store: ConversationStore;
  /** Stops waiting for the end of the session. */
  readonly release: () => void;
}

export interface PrivateChatParts extends ConversationsEnvironment {
  readonly running: RunningAnswers;
  readonly schedule: Schedule;
}

/**
 * The private chats. Each is in a store of its own in memory, and only the page that began it finds it. It is closed
 * when its page says so or is gone, when its session ends, and when the vault is locked.
 */
export class PrivateChats {
  readonly #parts: PrivateChatParts;
  readonly #chats = new Map<ConversationId, PrivateChat>();
  /** How many event streams each page has. */
  readonly #streams = new Map<string, number>();
  /** Cancels the end of the private chats of a page without a stream. */
  readonly #ends = new Map<string, () => void>();

  constructor(parts: PrivateChatParts) {
    this.#parts = parts;
  }

  begin(page: PageOfSession, input: PrivateChatInput): Result<Conversation, Problem> {
    if (this.#chats.size >= MAX_PRIVATE_CHATS) return failed(problem('PRIVATE_CHATS_LIMITED'));
    if (page.session.ended.aborted) return failed(problem('SESSION_REQUIRED'));
    const store = createMemoryConversations(this.#parts);
    const { model, provider } = input;
    const chosen = { title: PRIVATE_TITLE, provider: providerId.from(provider), model };
    const created = store.create(chosen);
    if (!created.ok) {
      store.close();
      return failed(describeStoreFailure(created.failure));
    }
    this.#add(page, created.value.id, store);
    return created;
  }

  /** Whether the id is that of a private chat, of any page. */
  has(id: ConversationId): boolean {
    return this.#chats.has(id);
  }

  /** Undefined if the page has no such private chat. */
  find(page: PageOfSession | undefined, id: ConversationId): ConversationStore | undefined {
    const chat = this.#chats.get(id);
    return page !== undefined && chat?.page === nameOf(page) ? chat.store : undefined;
  }

  /** Why a private chat can't take another message of that length; undefined if it can, and for others. */
  refusal(id: ConversationId, length: number): ErrorCodeName | undefined {
    const view = this.#chats.get(id)?.store.open(id);
    if (view?.ok !== true) return undefined;
    const total = view.value.messages.reduce((sum, message) => sum + lengthOf(message), length);
    return total > MAX_PRIVATE_LENGTH ? 'PRIVATE_CHAT_FULL' : undefined;
  }

  /** Moves a private chat into a store, with a title from its first question, unless an answer is running. */
  keep(
    page: PageOfSession | undefined,
    id: ConversationId,
    kept: ConversationStore,
  ): Result<Conversation, Problem> {
    const store = this.find(page, id);
    if (store === undefined) return failed(problem('CONVERSATION_NOT_FOUND'));
    if (this.#parts.running.of(id).length > 0) return failed(problem('ANSWER_RUNNING'));
    const view = store.open(id);
    if (!view.ok) return failed(describeStoreFailure(view.failure));
    const { conversation } = view.value;
    const question = view.value.messages.find(({ role }) => role === 'user');
    const title = titleOf(question?.parts ?? []);
    const adopted = kept.adopt(
      { ...view.value, conversation: { ...conversation, title } },
      store.attachments,
    );
    if (!adopted.ok) return failed(describeStoreFailure(adopted.failure));
    void this.#close((chat) => chat.id === id);
    return adopted;
  }

  /** Stops its answers and drops it. False if the page has no such private chat. */
  async close(page: PageOfSession | undefined, id: ConversationId): Promise<boolean> {
    if (this.find(page, id) === undefined) return false;
    await this.#close((chat) => chat.id === id);
    return true;
  }

  async closePage(page: PageOfSession): Promise<void> {
    const name = nameOf(page);
    await this.#close((chat) => chat.page === name);
  }

  async closeAll(): Promise<void> {
    await this.#close(() => true);
  }

  /** The page has an event stream, until the returned value is disposed. */
  attend(page: PageOfSession): Disposable {
    const name = nameOf(page);
    this.#streams.set(name, (this.#streams.get(name) ?? 0) + 1);
    this.#cancelEnd(name);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#streams.get(name) ?? 0) - 1;
        if (left > 0) this.#streams.set(name, left);
        else this.#streams.delete(name);
        this.#endIfGone(name);
      },
    };
  }

  #add(page: PageOfSession, id: ConversationId, store: ConversationStore): void {
    const { ended } = page.session;
    const end = (): void => {
      void this.#close((chat) => chat.id === id);
    };
    ended.addEventListener('abort', end);
    const release = (): void => {
      ended.removeEventListener('abort', end);
    };
    this.#chats.set(id, { id, page: nameOf(page), store, release });
    this.#endIfGone(nameOf(page));
  }

  /** Closes the private chats of a page later, if it has some but no stream. */
  #endIfGone(page: string): void {
    if (this.#streams.has(page) || this.#ends.has(page) || !this.#hasChats(page)) return;
    const end = (): void => {
      void this.#close((chat) => chat.page === page);
    };
    this.#ends.set(page, this.#parts.schedule(end, PAGE_GONE_AFTER_MS));
  }

  #cancelEnd(page: string): void {
    this.#ends.get(page)?.();
    this.#ends.delete(page);
  }

  #hasChats(page: string): boolean {
    return [...this.#chats.values()].some((chat) => chat.page === page);
  }

  /** They can't be found any more when it returns. Resolves when their answers have ended. */
  async #close(isMeant: (chat: PrivateChat) => boolean): Promise<void> {
    const { running } = this.#parts;
    const closing = [...this.#chats.values()].filter(isMeant);
    for (const { id, page, release } of closing) {
      release();
      this.#chats.delete(id);
      if (!this.#hasChats(page)) this.#cancelEnd(page);
    }
    await Promise.all(
      closing.map(async ({ id, store }) => {
        const answers = running.of(id);
        running.stop(id);
        for (const { ended } of answers) await ended;
        store.close();
      }),
    );
  }
}

function nameOf({ session, key }: PageOfSession): string {
  return `${session.id}/${key}`;
}

function lengthOf({ parts }: Message): number {
  return JSON.stringify(parts).length;
}
