import { failed, type Result } from '@postern/kernel';
import type { Conversation, ConversationId, MessageId, Problem } from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';
import type { RunningAnswer } from './running-answers.ts';

const MAX_TITLE = 200;

/** Starts another chat with the messages up to this one. Of a running answer, it has what has arrived. */
export function forkChat(
  store: ConversationStore,
  id: ConversationId,
  last: MessageId,
  running: readonly RunningAnswer[],
): Result<Conversation, Problem> {
  const original = store.conversation(id);
  if (!original.ok) return failed(describeStoreFailure(original.failure));
  const fork = store.branches.fork(id, last, forkTitle(original.value.title));
  if (!fork.ok) return failed(describeStoreFailure(fork.failure));
  const answer = running.find((each) => each.answer.id === last);
  if (answer === undefined) return fork;
  const opened = store.open(fork.value.id);
  const copy = opened.ok ? opened.value.messages.at(-1) : undefined;
  if (copy === undefined) return fork;
  const updated = store.updateMessage(copy.id, { parts: answer.parts() });
  return updated.ok ? fork : failed(describeStoreFailure(updated.failure));
}

/** Marks the title: `Title (fork)`, `Title (fork 2)`… */
export function forkTitle(title: string): string {
  const [, name = title, fork, number = '1'] =
    /^(.*?)( \(fork(?: (\d{1,4}))?\))?$/s.exec(title) ?? [];
  const mark = fork === undefined ? ' (fork)' : ` (fork ${Number(number) + 1})`;
  return `${name.slice(0, MAX_TITLE - mark.length).toWellFormed()}${mark}`;
}
