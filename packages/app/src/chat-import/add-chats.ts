import type {
  ChatImportStore,
  ImportedChat,
  ImportOutcome,
  ImportRun,
  StoreFailure,
} from '@postern/conversations';
import { ok, type Result } from '@postern/kernel';
import type { Pauses } from './pauses.ts';

/** More take longer than what a page notices. */
const MAX_MESSAGES_AT_ONCE = 200;
const MAX_LENGTH_AT_ONCE = 500_000;

/** Whether storing it takes noticeably long. */
export function isLong(chat: ImportedChat): boolean {
  return stepsOf(chat.messages).length > 1;
}

/** Chats that are stored together, because each transaction costs as much as some messages. */
export class ChatBatch {
  #chats: { readonly place: string; readonly chat: ImportedChat }[] = [];
  #messages = 0;
  #length = 0;

  /** Whether the chats are so many that they should be stored now. */
  get isFull(): boolean {
    return this.#messages >= MAX_MESSAGES_AT_ONCE || this.#length >= MAX_LENGTH_AT_ONCE;
  }

  add(place: string, chat: ImportedChat): void {
    this.#chats.push({ place, chat });
    this.#messages += chat.messages.length;
    for (const message of chat.messages) this.#length += lengthOf(message);
  }

  /** Empties the batch. */
  take(): readonly { readonly place: string; readonly chat: ImportedChat }[] {
    const taken = this.#chats;
    this.#chats = [];
    this.#messages = 0;
    this.#length = 0;
    return taken;
  }
}

/**
 * Adds a chat, and a long one in several transactions with other work in between. If the process ends meanwhile, its
 * first messages are there, and the next import adds the others.
 */
export async function addInSteps(
  current: () => ChatImportStore | undefined,
  run: ImportRun,
  chat: ImportedChat,
  pauses: Pauses,
): Promise<Result<ImportOutcome, StoreFailure> | undefined> {
  let total: ImportOutcome | undefined;
  for (const messages of stepsOf(chat.messages)) {
    const store = current();
    if (store === undefined) return undefined;
    const step = store.add(run, { ...chat, messages });
    if (!step.ok) return step;
    total = total === undefined ? step.value : sumOf(total, step.value);
    if (total.kind === 'in-trash') break;
    await pauses.pause();
  }
  return ok(total ?? { kind: 'present' });
}

function stepsOf(messages: ImportedChat['messages']): readonly ImportedChat['messages'][] {
  const steps: ImportedChat['messages'][number][][] = [[]];
  let length = 0;
  for (const message of messages) {
    const last = steps.at(-1) ?? [];
    const isFull = last.length >= MAX_MESSAGES_AT_ONCE || length >= MAX_LENGTH_AT_ONCE;
    if (isFull) length = 0;
    length += lengthOf(message);
    if (isFull) steps.push([message]);
    else last.push(message);
  }
  return steps;
}

function sumOf(first: ImportOutcome, next: ImportOutcome): ImportOutcome {
  if (next.kind !== 'added' && next.kind !== 'extended') return first;
  if (first.kind !== 'added' && first.kind !== 'extended') return next;
  return { kind: first.kind, messages: first.messages + next.messages };
}

/** Of its texts, in UTF-16 code units. */
function lengthOf({ parts }: ImportedChat['messages'][number]): number {
  return parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : 100), 0);
}
