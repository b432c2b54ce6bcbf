import type { Conversation, Message } from '@postern/protocol';
import { openChat, type OpenChat } from '../chat/chat.ts';
import { visiblePath } from '../chat/tree.ts';
import { chooseModel, lastUsedModel, type OfferedModel } from '../models/choose-model.ts';
import { models, pickedModels, rememberedModel } from '../models/models.ts';
import { currentRoute } from '../navigation/route.ts';
import { isPrivate } from '../state/private-chats.ts';

/** The conversation that the page shows; not a new chat. */
export function shownChat(): OpenChat | undefined {
  const route = currentRoute();
  return route.at === 'conversation' ? openChat(route.id) : undefined;
}

/** The shown conversation, if it is loaded and stored. */
export function storedChat(): Conversation | undefined {
  const open = shownChat();
  return open === undefined || isPrivate(open.id) ? undefined : open.chat.get().conversation;
}

/** The last answer of the shown branch. */
export function lastAnswer(): { readonly open: OpenChat; readonly answer: Message } | undefined {
  const open = shownChat();
  if (open === undefined) return undefined;
  const { tree, choices } = open.chat.get();
  const last = visiblePath(tree, choices).findLast(({ message }) => message.role === 'assistant');
  return last === undefined || last.outlined ? undefined : { open, answer: last.message };
}

/** The last answer and the model for another one, if the chat ends with it and none is running. */
export function repeatable():
  { readonly open: OpenChat; readonly answer: Message; readonly model: OfferedModel } | undefined {
  const last = lastAnswer();
  if (last === undefined) return undefined;
  const { open, answer } = last;
  const { run, tree, conversation } = open.chat.get();
  const question = answer.parentId === null ? undefined : tree.byId.get(answer.parentId);
  const isLast = (tree.children.get(answer.id) ?? []).length === 0;
  if (run !== undefined || question?.role !== 'user' || !isLast) return undefined;
  const model = chooseModel(models.get().groups, [
    pickedModels.get().get(open.id),
    lastUsedModel(conversation),
    rememberedModel(),
  ]);
  return model === undefined ? undefined : { open, answer, model };
}
