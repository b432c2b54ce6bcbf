import { t } from '@lingui/core/macro';
import type { Attachment, Message, MessageId, TurnInput } from '@postern/protocol';
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
import { chooseSibling, openChat, openNewChat, type OpenChat } from './chat.ts';
import { comparedBeside, comparedModels, compareWith } from './compared-models.ts';
import { isColumn, openComparison } from './comparison-tree.ts';
import type { Merge } from './merge-question.ts';
import { visiblePath } from './tree.ts';

export interface NewMessage {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** Sends a message at the end of the visible path; returns false if the server rejected it. */
export async function sendMessage(
  id: ChatPlace,
  sent: NewMessage,
  { provider, model }: ModelChoice,
): Promise<boolean> {
  if (id === 'new') return startConversation('new', sent, { provider, model });
  if (id === 'private') return startConversation('private', sent, { provider, model });
  const open = openChat(id);
  const { tree, choices } = open.chat.get();
  const path = visiblePath(tree, choices);
  if (openComparison(tree, choices, path) !== undefined) {
    showToast(t`Choose the answer to continue with, or merge them. Then send your message.`);
    return false;
  }
  const parentId = path.at(-1)?.message.id ?? null;
  const turn = { parentId, ...contentOf(sent), provider, model };
  return runQuestion(open, id, turn, sent.attachments);
}

function contentOf({ text, attachments }: NewMessage): Pick<TurnInput, 'text' | 'attachments'> {
  return {
    ...(text.trim() === '' ? {} : { text }),
    ...(attachments.length === 0 ? {} : { attachments: attachments.map(({ id }) => id) }),
  };
}

/** Sends a question to the chosen model and to those that were chosen to compare it with. */
async function runQuestion(
  open: OpenChat,
  place: ChatPlace,
  turn: TurnInput & ModelChoice,
  attachments: readonly Attachment[],
): Promise<boolean> {
  const others = comparedBeside(comparedModels.get(), place, turn);
  if (others.length === 0) return runTurn(open, turn, attachments);
  compareWith(place, []);
  const compared = {
    ...turn,
    compareWith: others.map(({ provider, model }) => ({ provider, model })),
  };
  const taken = await runTurn(open, compared, attachments);
  if (!taken) compareWith(open.id, others);
  return taken;
}

async function startConversation(
  place: 'new' | 'private',
  sent: NewMessage,
  choice: ModelChoice,
): Promise<boolean> {
  const { provider, model } = choice;
  const start = place === 'new' ? appApi.startConversation : beginPrivateChat;
  const started = await start({ provider, model });
  if (!started.ok) {
    showToast(t`Couldn’t start the chat. ${{ reason: started.failure.message }}`, {
      tone: 'danger',
    });
    return false;
  }
  const open = openNewChat(started.value);
  upsertConversation(started.value);
  forgetPick(place);
  pickModel(open.id, choice);
  // Don’t pull the user back if they have left this page meanwhile.
  if (currentRoute().at === place) replaceRoute({ at: 'conversation', id: open.id });
  const turn = { parentId: null, ...contentOf(sent), provider, model };
  return runQuestion(open, place, turn, sent.attachments);
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
  await runTurn(open, { parentId, ...placeOfRetry(open, answer), provider, model });
}

function placeOfRetry(open: OpenChat, answer: Message): Pick<TurnInput, 'continues' | 'inPlaceOf'> {
  if (answer.parts.length === 0) return { continues: answer.id };
  return isColumn(open.chat.get(), answer) ? { inPlaceOf: answer.id } : {};
}

/** Requests answers to the same question from several models at once. */
export async function compareAnswers(
  open: OpenChat,
  answer: Message,
  [first, ...others]: readonly ModelChoice[],
): Promise<void> {
  const parentId = questionOf(open, answer);
  if (parentId === undefined || first === undefined) return;
  const { provider, model } = first;
  await runTurn(open, {
    parentId,
    provider,
    model,
    ...(others.length > 0 && {
      compareWith: others.map((each) => ({ provider: each.provider, model: each.model })),
    }),
  });
}

/** Chooses an answer of a comparison, and sends the others with the request to merge them. */
export async function mergeAnswers(
  open: OpenChat,
  { base, question }: Merge,
  { provider, model }: ModelChoice,
): Promise<void> {
  chooseSibling(open, base);
  await runTurn(open, { parentId: base.id, text: question, provider, model });
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
  return role === 'user' && parts.some(({ kind }) => kind === 'text' || kind === 'attachment');
}

/** Sends an edited question; the old one stays as its sibling. */
export async function resendQuestion(
  open: OpenChat,
  question: Message,
  edited: NewMessage,
  { provider, model }: ModelChoice,
): Promise<void> {
  const { parentId } = question;
  const turn = { parentId, ...contentOf(edited), branch: true, provider, model };
  await runTurn(open, turn, edited.attachments);
}

function questionOf(open: OpenChat, answer: Message): MessageId | undefined {
  const { tree } = open.chat.get();
  const parent = answer.parentId === null ? undefined : tree.byId.get(answer.parentId);
  return parent?.role === 'user' ? parent.id : undefined;
}
