import { failed, ok, type Result } from '@postern/kernel';
import type { ConversationId, Message, MessageId, Problem } from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';
import type { RunningAnswers } from './running-answers.ts';

/** Deletes a message and all messages after it. Answers that run among them are stopped and saved before. */
export async function removeBranch(
  store: ConversationStore,
  running: RunningAnswers,
  id: ConversationId,
  first: MessageId,
): Promise<Result<undefined, Problem>> {
  const opened = store.open(id);
  if (!opened.ok) return failed(describeStoreFailure(opened.failure));
  const inBranch = running
    .of(id)
    .filter(({ answer }) => isIn(opened.value.messages, answer.id, first));
  for (const { answer } of inBranch) running.stop(id, answer.id);
  await Promise.all(inBranch.map(({ ended }) => ended));
  const removed = store.branches.remove(id, first);
  return removed.ok ? ok() : failed(describeStoreFailure(removed.failure));
}

/** Whether a message is the first one of a branch or after it. */
function isIn(messages: readonly Message[], id: MessageId, first: MessageId): boolean {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const seen = new Set<MessageId>();
  for (
    let at: MessageId | null = id;
    at !== null && !seen.has(at);
    at = byId.get(at)?.parentId ?? null
  ) {
    if (at === first) return true;
    seen.add(at);
  }
  return false;
}
