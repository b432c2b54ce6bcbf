import type { ConversationId, Message, MessageId } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { noteConversation } from '../conversations/conversation-list.ts';
import type { ModelChoice } from '../models/choose-model.ts';
import { pickModel } from '../models/models.ts';
import { currentRoute, goInstead } from '../shell/route.ts';
import { showToast } from '../shell/toasts.tsx';
import { ask } from './ask.ts';
import { openChat, openNewChat, type OpenChat } from './chat.ts';
import { visiblePath } from './tree.ts';

/** Sends a message to the end of what is shown; false where it was not taken. */
export async function sendMessage(
  id: ConversationId | 'new',
  text: string,
  { provider, model }: ModelChoice,
): Promise<boolean> {
  if (id === 'new') return beginConversation(text, { provider, model });
  const open = openChat(id);
  const { tree, choices } = open.chat.get();
  const last = visiblePath(tree, choices).at(-1)?.message;
  return ask(open, { parentId: last?.id ?? null, text, provider, model });
}

async function beginConversation(text: string, choice: ModelChoice): Promise<boolean> {
  const { provider, model } = choice;
  const begun = await appApi.startConversation({ provider, model });
  if (!begun.ok) {
    showToast(`The chat could not be begun. ${begun.failure.message}`, { tone: 'danger' });
    return false;
  }
  const open = openNewChat(begun.value);
  noteConversation(begun.value);
  pickModel(open.id, choice);
  // Somebody who went elsewhere while it began is not pulled back.
  if (currentRoute().at === 'new') goInstead({ at: 'conversation', id: open.id });
  return ask(open, { parentId: null, text, provider, model });
}

/** Asks for another answer to the question above one; the two become siblings. */
export async function retryAnswer(
  open: OpenChat,
  answer: Message,
  { provider, model }: ModelChoice,
): Promise<void> {
  const question = questionOf(open, answer);
  if (question !== undefined) await ask(open, { parentId: question, provider, model });
}

/** Asks a question anew in other words; the old one stays as its sibling. */
export async function resendQuestion(
  open: OpenChat,
  question: Message,
  text: string,
  { provider, model }: ModelChoice,
): Promise<void> {
  await ask(open, { parentId: question.parentId, text, provider, model });
}

function questionOf(open: OpenChat, answer: Message): MessageId | undefined {
  const { tree } = open.chat.get();
  const parent = answer.parentId === null ? undefined : tree.byId.get(answer.parentId);
  return parent?.role === 'user' ? parent.id : undefined;
}
