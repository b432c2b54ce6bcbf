import type { Conversation, ConversationChange, ConversationId } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { ApiResult } from '../api/request.ts';
import {
  deletedIds,
  dropConversation,
  listedConversation,
  upsertConversation,
} from './conversation-list.ts';
import { loadLabels } from './labels.ts';

/** Changes several conversations, in the lists too. */
export async function changeConversations(
  ids: readonly ConversationId[],
  change: ConversationChange,
): Promise<ApiResult<readonly Conversation[]>> {
  if (change.removed === true) return await removeConversations(ids);
  const changed = await appApi.changeConversations({ ids: [...ids], change });
  if (!changed.ok) return changed;
  for (const each of changed.value) {
    deletedIds.delete(each.id);
    upsertConversation(each);
  }
  void loadLabels();
  return changed;
}

async function removeConversations(
  ids: readonly ConversationId[],
): Promise<ApiResult<readonly Conversation[]>> {
  const before = ids.flatMap((id) => listedConversation(id) ?? []);
  for (const id of ids) {
    deletedIds.add(id);
    dropConversation(id);
  }
  const removed = await appApi.changeConversations({ ids: [...ids], change: { removed: true } });
  if (removed.ok) return removed;
  for (const id of ids) deletedIds.delete(id);
  for (const each of before) upsertConversation(each);
  return removed;
}

export async function deleteConversation(
  conversation: Conversation,
): Promise<ApiResult<undefined>> {
  deletedIds.add(conversation.id);
  dropConversation(conversation.id);
  const deleted = await appApi.deleteConversation(conversation.id);
  if (!deleted.ok) {
    deletedIds.delete(conversation.id);
    upsertConversation(conversation);
  }
  return deleted;
}
