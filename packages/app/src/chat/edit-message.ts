import { failed, ok, type Result } from '@postern/kernel';
import {
  problem,
  type ConversationId,
  type EditInput,
  type Message,
  type MessagePart,
  type Problem,
} from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';

/**
 * Stores a question or an answer with another text beside the original, without asking a model. A question keeps its
 * images and files.
 */
export function editMessage(
  store: ConversationStore,
  id: ConversationId,
  { message, text }: EditInput,
): Result<Message, Problem> {
  const opened = store.open(id);
  if (!opened.ok) return failed(describeStoreFailure(opened.failure));
  const original = opened.value.messages.find((each) => each.id === message);
  if (original === undefined) return failed(problem('CONVERSATION_NOT_FOUND'));
  if (original.status === 'streaming') return failed(problem('ANSWER_RUNNING'));
  const { parentId, role, parts, provider, model } = original;
  const added = store.addMessage({
    conversationId: id,
    parentId,
    role,
    parts: [...parts.filter(isAttached), { kind: 'text', text }],
    status: 'complete',
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(role === 'assistant' ? { edited: true } : {}),
  });
  return added.ok ? ok(added.value) : failed(describeStoreFailure(added.failure));
}

function isAttached({ kind }: MessagePart): boolean {
  return kind === 'attachment' || kind === 'image' || kind === 'file';
}
