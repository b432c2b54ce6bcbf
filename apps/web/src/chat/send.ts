import type { Message, MessageId } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { upsertConversation } from '../conversations/conversation-list.ts';
import { beginPrivateChat } from '../conversations/private-chats.ts';
import type { ModelChoice } from '../models/choose-model.ts';
import { forgetPick, pickModel } from '../models/models.ts';
import { currentRoute, replaceRoute } from '../navigation/route.ts';
import type { ChatPlace } from '../state/private-chats.ts';
import { showToast } from '../controls/toasts.tsx';
import { runTurn } from './run-turn.ts';
import { editedMessage } from './edited-message.ts';
import { openChat, openNewChat, type OpenChat } from './chat.ts';
import { visiblePath } from './tree.ts';

/** Sends a message at the end of the visible path; returns false if the server rejected it. */
export async function sendMessage(
  id: ChatPlace,
  text: string,
  { provider, model }: ModelChoice,
): Promise<boolean> {
  if (id === 'new') return startConversation('new', text, { provider, model });
  if (id === 'private') return startConversation('private', text, { provider, model });
  const open = openChat(id);
  const { tree, choices } = open.chat.get();
  const last = visiblePath(tree, choices).at(-1)?.message;
  return runTurn(open, { parentId: last?.id ?? null, text, provider, model });
}

async function startConversation(
  place: 'new' | 'private',
  text: string,
  choice: ModelChoice,
): Promise<boolean> {
  const { provider, model } = choice;
  const start = place === 'new' ? appApi.startConversation : beginPrivateChat;
  const started = await start({ provider, model });
  if (!started.ok) {
    showToast(`Couldn’t start the chat. ${started.failure.message}`, { tone: 'danger' });
    return false;
  }
  const open = openNewChat(started.value);
  upsertConversation(started.value);
  forgetPick(place);
  pickModel(open.id, choice);
  // Don’t pull the user back if they have left this page meanwhile.
  if (currentRoute().at === place) replaceRoute({ at: 'conversation', id: open.id });
  return runTurn(open, { parentId: null, text, provider, model });
}

/**
 * Requests another answer to the same question. The two become siblings, unless the first one has no content: then it
 * is requested again in its place.
 */
export async function retryAnswer(
  open: OpenChat,
  answer: Message,
  { provider, model }: ModelChoice,
): Promise<void> {
  const parentId = questionOf(open, answer);
  if (parentId === undefined) return;
  const continues = answer.parts.length === 0 ? { continues: answer.id } : {};
  await runTurn(open, { parentId, ...continues, provider, model });
}

/** Goes on with an answer in its message. */
export async function continueAnswer(
  open: OpenChat,
  answer: Message,
  { provider, model }: ModelChoice,
): Promise<void> {
  const parentId = questionOf(open, answer);
  if (parentId === undefined) return;
  await runTurn(open, { parentId, continues: answer.id, provider, model });
}

/** Opens the last question on the visible path for editing; false if there is none. */
export function editLastQuestion(id: ChatPlace): boolean {
  if (id === 'new' || id === 'private') return false;
  const { tree, choices } = openChat(id).chat.get();
  const last = visiblePath(tree, choices).findLast(({ message }) => isTyped(message));
  if (last === undefined) return false;
  editedMessage.set(last.message.id);
  return true;
}

function isTyped({ role, parts }: Message): boolean {
  return role === 'user' && parts.some(({ kind }) => kind === 'text');
}

/** Sends an edited question; the old one stays as its sibling. */
export async function resendQuestion(
  open: OpenChat,
  question: Message,
  text: string,
  { provider, model }: ModelChoice,
): Promise<void> {
  await runTurn(open, { parentId: question.parentId, text, branch: true, provider, model });
}

function questionOf(open: OpenChat, answer: Message): MessageId | undefined {
  const { tree } = open.chat.get();
  const parent = answer.parentId === null ? undefined : tree.byId.get(answer.parentId);
  return parent?.role === 'user' ? parent.id : undefined;
}
