import {
  EMPTY_ANSWER,
  foldAnswer,
  storedAnswer,
  type Message,
  type TurnEvent,
  type TurnInput,
} from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { UNREACHABLE, type RequestProblem } from '../api/problem.ts';
import { pause } from '../api/read-stream.ts';
import { streamAnswer, streamTurn, type AnswerReader } from '../api/stream-turn.ts';
import { upsertConversation } from '../conversations/conversation-list.ts';
import { answerIdOf, loadChat, type Chat, type OpenChat } from './chat.ts';
import { createFrameBatch } from './frame-batch.ts';
import { withMessage } from './tree.ts';

/** The pause before a page follows an answer again whose stream was cut. */
const RETRY_MS = 1000;

/**
 * Runs one turn and follows the answer to its end. Returns false if the server rejected the
 * question, so that its text can go back into the composer.
 */
export async function runTurn(open: OpenChat, turn: TurnInput): Promise<boolean> {
  const { chat, live } = open;
  live.set(EMPTY_ANSWER);
  chat.update((now) => ({
    ...now,
    run: { at: 'sending', question: turn.text },
    problem: undefined,
  }));
  const follower = newFollower(open);
  const streamed = await streamTurn(open.id, turn, readerOf(open, follower.signal));
  if (chat.get().run?.at === 'sending') {
    const problem = streamed.ok ? UNREACHABLE : streamed.failure;
    // The lost-connection banner already reports this.
    const shown = problem.reason === 'unreachable' ? undefined : problem;
    chat.update((now) => ({ ...now, run: undefined, problem: shown }));
    if (isOutOfDate(problem)) await loadChat(open);
    return false;
  }
  await follow(open, follower, 'cut');
  return true;
}

/** Whether the question was rejected because of a turn on another page. */
function isOutOfDate({ code }: RequestProblem): boolean {
  return code === 'ANSWER_RUNNING' || code === 'CONVERSATION_CHANGED';
}

/** Follows the running answer, unless the page already does, until the controller aborts. */
export function attach(open: OpenChat): AbortController {
  const known = open.follower;
  if (known?.signal.aborted === false) return known;
  const follower = newFollower(open);
  void follow(open, follower);
  return follower;
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

function newFollower(open: OpenChat): AbortController {
  open.follower?.abort();
  const follower = new AbortController();
  open.follower = follower;
  return follower;
}

/** Follows the answer to its end. If the stream is cut, the answer goes on, so it tries again. */
async function follow(
  open: OpenChat,
  follower: AbortController,
  stream: 'new' | 'cut' = 'new',
): Promise<void> {
  const { signal } = follower;
  if (stream === 'new') await streamAnswer(open.id, readerOf(open, signal));
  while (isFollowing(open, follower)) {
    await loadChat(open);
    if (isFollowing(open, follower)) await pause(RETRY_MS, signal);
    if (isFollowing(open, follower)) await streamAnswer(open.id, readerOf(open, signal));
  }
  follower.abort();
}

function isFollowing({ chat }: OpenChat, { signal }: AbortController): boolean {
  return !signal.aborted && answerIdOf(chat.get().run) !== undefined;
}

/** Shows the events of one stream. */
function readerOf({ chat, live }: OpenChat, signal: AbortSignal): AnswerReader {
  let answer = EMPTY_ANSWER;
  const frame = createFrameBatch(() => {
    if (!signal.aborted) live.set(answer);
  });
  const onEvent = (event: TurnEvent): void => {
    if (signal.aborted) return;
    switch (event.kind) {
      case 'started':
        answer = storedAnswer(event.answer);
        live.set(answer);
        chat.update((now) => begin(now, event.question, event.answer));
        return;
      case 'answer':
        answer = foldAnswer(answer, event.event);
        frame.schedule();
        return;
      case 'done':
        frame.flush();
        chat.update((now) => finish(now, event.answer, event.conversation));
        upsertConversation(event.conversation);
    }
  };
  return { signal, onEvent };
}

function begin(now: Chat, question: Message | undefined, answer: Message): Chat {
  const asked = question === undefined ? now.tree : withMessage(now.tree, question);
  const tree = withMessage(asked, answer);
  if (answerIdOf(now.run) === answer.id) return { ...now, tree };
  const run = { at: 'answering', answerId: answer.id, stopping: false } as const;
  // A page that didn't request the answer keeps the versions that its user has chosen.
  if (now.run?.at !== 'sending') return { ...now, tree, run };
  const choices = new Map(now.choices);
  if (question !== undefined) choices.set(question.parentId, question.id);
  choices.set(answer.parentId, answer.id);
  return { ...now, tree, choices, run };
}

function finish(now: Chat, answer: Message, conversation: Chat['conversation']): Chat {
  return { ...now, tree: withMessage(now.tree, answer), conversation, run: undefined };
}
