import { failed, ok, type Result } from '@postern/kernel';
import {
  problem,
  type ConversationId,
  type EditInput,
  type Message,
  type MessagePart,
  type Problem,
  problemSaying,
} from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';

/**
 * Stores a question or an answer with another text beside the original, without asking a model. A question keeps its
 * images and files, except the attachments that the input leaves out.
 */
export function editMessage(
  store: ConversationStore,
  id: ConversationId,
  { message, text, attachments }: EditInput,
): Result<Message, Problem> {
  const opened = store.open(id);
  if (!opened.ok) return failed(describeStoreFailure(opened.failure));
  const original = opened.value.messages.find((each) => each.id === message);
  if (original === undefined) return failed(problem('CONVERSATION_NOT_FOUND'));
  if (original.status === 'streaming') return failed(problem('ANSWER_RUNNING'));
  const { parentId, role, parts, provider, model } = original;
  const kept = parts.filter((part) => isKept(part, attachments));
  if (text === '' && kept.length === 0) {
    return failed(problemSaying('REQUEST_INVALID', 'A message needs a text or files.'));
  }
  const added = store.addMessage({
    conversationId: id,
    parentId,
    role,
    parts: [...kept, ...(text === '' ? [] : [{ kind: 'text', text } as const])],
    status: 'complete',
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(role === 'assistant' ? { edited: true } : {}),
  });
  return added.ok ? ok(added.value) : failed(describeStoreFailure(added.failure));
}

function isKept(part: MessagePart, attachments: readonly string[] | undefined): boolean {
  if (part.kind === 'attachment') return attachments?.includes(part.id) ?? true;
  return part.kind === 'image' || part.kind === 'file';
}
