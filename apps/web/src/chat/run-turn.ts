import { EMPTY_ANSWER, foldAnswer, type FoldedAnswer, type TurnEvent } from '@postern/protocol';
import type { Message, TurnInput } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { UNREACHABLE, type RequestProblem } from '../api/problem.ts';
import { streamTurn } from '../api/stream-turn.ts';
import { upsertConversation } from '../conversations/conversation-list.ts';
import { loadChat, type Chat, type OpenChat } from './chat.ts';
import { createFrameBatch } from './frame-batch.ts';
import { withMessage } from './tree.ts';

/**
 * Runs one turn and follows the answer to its end. Returns false if the server rejected the
 * question, so that its text can go back into the composer.
 */
export async function runTurn(open: OpenChat, turn: TurnInput): Promise<boolean> {
  const { chat, live } = open;
  let answer: FoldedAnswer = EMPTY_ANSWER;
  const seen = { begun: false, done: false };
  const frame = createFrameBatch(() => {
    live.set(answer);
  });
  live.set(EMPTY_ANSWER);
  chat.update((now) => ({
    ...now,
    run: { at: 'sending', question: turn.text },
    problem: undefined,
  }));

  const handleEvent = (event: TurnEvent): void => {
    switch (event.kind) {
      case 'started':
        seen.begun = true;
        chat.update((now) => begin(now, event.question, event.answer));
        return;
      case 'answer':
        answer = foldAnswer(answer, event.event);
        frame.schedule();
        return;
      case 'done':
        seen.done = true;
        frame.flush();
        chat.update((now) => finish(now, event.answer, event.conversation));
        upsertConversation(event.conversation);
    }
  };

  const streamed = await streamTurn(open.id, turn, handleEvent);
  if (seen.done) return true;
  frame.flush();
  await handleCutStream(open, answer, streamed.ok ? UNREACHABLE : streamed.failure);
  return seen.begun;
}

/** Cancels the running answer on the server, not only on the page. */
export async function stop({ id, chat }: OpenChat): Promise<void> {
  const mark = (stopping: boolean): void => {
    chat.update((now) =>
      now.run?.at === 'answering' ? { ...now, run: { ...now.run, stopping } } : now,
    );
  };
  mark(true);
  const stopped = await appApi.stopAnswer(id);
  if (stopped.ok) return;
  mark(false);
  chat.update((now) => (now.run === undefined ? now : { ...now, problem: stopped.failure }));
}

function begin(now: Chat, question: Message | undefined, answer: Message): Chat {
  const asked = question === undefined ? now.tree : withMessage(now.tree, question);
  const choices = new Map(now.choices);
  if (question !== undefined) choices.set(question.parentId, question.id);
  choices.set(answer.parentId, answer.id);
  return {
    ...now,
    tree: withMessage(asked, answer),
    choices,
    run: { at: 'answering', answerId: answer.id, stopping: false },
  };
}

function finish(now: Chat, answer: Message, conversation: Chat['conversation']): Chat {
  return { ...now, tree: withMessage(now.tree, answer), conversation, run: undefined };
}

/** Handles a stream that closed without its final event: keeps the text, reloads the chat. */
async function handleCutStream(
  open: OpenChat,
  answer: FoldedAnswer,
  problem: RequestProblem,
): Promise<void> {
  const { run, tree } = open.chat.get();
  const begun = run?.at === 'answering' ? tree.byId.get(run.answerId) : undefined;
  if (begun === undefined) {
    // The lost-connection banner already reports this.
    const shown = problem.reason === 'unreachable' ? undefined : problem;
    open.chat.update((now) => ({ ...now, run: undefined, problem: shown }));
    return;
  }
  const cut: Message = { ...begun, parts: answer.parts, status: 'interrupted' };
  open.chat.update((now) => ({ ...now, tree: withMessage(now.tree, cut), run: undefined }));
  await loadChat(open);
}
