import {
  foldAnswer,
  providerId,
  storedAnswer,
  type Attachment,
  type FoldedAnswer,
  type Message,
  type MessageId,
  type TurnEvent,
  type TurnInput,
} from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { UNREACHABLE, type RequestProblem } from '../api/problem.ts';
import { pause } from '../api/read-stream.ts';
import { streamAnswer, streamTurn, type AnswerReader } from '../api/stream-turn.ts';
import { attachmentParts } from './attachments/later-attachments.ts';
import { upsertConversation } from '../conversations/conversation-list.ts';
import {
  answersOf,
  liveAnswer,
  loadChat,
  withoutAnswer,
  withRunning,
  type Chat,
  type OpenChat,
} from './chat.ts';
import { models } from '../models/models.ts';
import { createFrameBatch } from './frame-batch.ts';
import { withMessage } from './tree.ts';

/** The pause before a page follows answers again whose stream was cut. */
const RETRY_MS = 1000;

/**
 * Runs one turn and follows its answers to their end. Returns false if the server rejected the
 * question, so that its text can go back into the composer.
 */
export async function runTurn(
  open: OpenChat,
  turn: TurnInput,
  attachments: readonly Attachment[] = [],
): Promise<boolean> {
  const { chat } = open;
  const sending = { at: 'sending', question: turn.text, attachments } as const;
  chat.update((now) => ({
    ...now,
    // An answer that is requested beside others doesn't hide them.
    run: now.run?.at === 'answering' ? now.run : sending,
    problem: undefined,
  }));
  const follower = newFollower(open);
  const reader = readerOf(open, follower.signal);
  const streamed = await streamTurn(open.id, withOmits(turn), reader);
  if (!reader.hasBegun()) {
    const problem = streamed.ok ? UNREACHABLE : streamed.failure;
    // The lost-connection banner already reports this.
    const shown = problem.reason === 'unreachable' ? undefined : problem;
    chat.update((now) => ({
      ...now,
      run: now.run?.at === 'sending' ? undefined : now.run,
      problem: shown,
    }));
    if (isOutOfDate(problem)) await loadChat(open);
    if (isFollowing(open, follower)) void follow(open, follower);
    return false;
  }
  await follow(open, follower, 'cut');
  return true;
}

/** Names the kinds of files that each model can't read, which earlier messages may have. */
function withOmits(turn: TurnInput): TurnInput {
  const { compareWith } = turn;
  return {
    ...turn,
    ...omitsOf(turn),
    ...(compareWith && { compareWith: compareWith.map((each) => ({ ...each, ...omitsOf(each) })) }),
  };
}

function omitsOf({
  provider,
  model,
}: Pick<TurnInput, 'provider' | 'model'>): Pick<TurnInput, 'omits'> {
  const choice = { provider: providerId.from(provider), model };
  const omits = attachmentParts.get()?.unreadKinds(choice, models.get().groups) ?? [];
  return omits.length === 0 ? {} : { omits: [...omits] };
}

/** Whether the question was rejected because of a turn on another page. */
function isOutOfDate({ code }: RequestProblem): boolean {
  return code === 'ANSWER_RUNNING' || code === 'CONVERSATION_CHANGED';
}

/** Follows the running answers, unless the page already does, until the controller aborts. */
export function attach(open: OpenChat): AbortController {
  const known = open.follower;
  if (known?.signal.aborted === false) return known;
  const follower = newFollower(open);
  void follow(open, follower);
  return follower;
}

/** Cancels running answers on the server, not only on the page: one of them, or all. */
export async function stop({ id, chat }: OpenChat, answer?: MessageId): Promise<void> {
  const mark = (stopping: boolean): void => {
    chat.update((now) => {
      if (now.run?.at !== 'answering') return now;
      const answers = [...now.run.answers].map(
        ([each, state]) =>
          [each, answer === undefined || each === answer ? { stopping } : state] as const,
      );
      return { ...now, run: { at: 'answering', answers: new Map(answers) } };
    });
  };
  mark(true);
  const stopped = await appApi.stopAnswer(id, answer);
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

/** Follows the answers to their end. If the stream is cut, they go on, so it tries again. */
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
  return !signal.aborted && answersOf(chat.get().run).size > 0;
}

interface TurnReader extends AnswerReader {
  /** Whether an answer has begun. */
  readonly hasBegun: () => boolean;
}

/** Shows the events of one stream. */
function readerOf(open: OpenChat, signal: AbortSignal): TurnReader {
  const { chat } = open;
  const answers = new Map<MessageId, FoldedAnswer>();
  const changed = new Set<MessageId>();
  let hasBegun = false;
  const frame = createFrameBatch(() => {
    if (signal.aborted) return;
    for (const id of changed) {
      const answer = answers.get(id);
      if (answer !== undefined) liveAnswer(open, id).set(answer);
    }
    changed.clear();
  });
  const onEvent = (event: TurnEvent): void => {
    if (signal.aborted) return;
    switch (event.kind) {
      case 'started': {
        const answer = storedAnswer(event.answer);
        hasBegun = true;
        answers.set(event.answer.id, answer);
        liveAnswer(open, event.answer.id).set(answer);
        chat.update((now) => begin(now, event.question, event.answer));
        return;
      }
      case 'answer': {
        const before = answers.get(event.answerId);
        if (before === undefined) return;
        answers.set(event.answerId, foldAnswer(before, event.event));
        changed.add(event.answerId);
        frame.schedule();
        return;
      }
      case 'done':
        frame.flush();
        answers.delete(event.answer.id);
        chat.update((now) => finish(now, event.answer, event.conversation));
        open.live.delete(event.answer.id);
        upsertConversation(event.conversation);
    }
  };
  return { signal, onEvent, hasBegun: () => hasBegun };
}

function begin(now: Chat, question: Message | undefined, answer: Message): Chat {
  const asked = question === undefined ? now.tree : withMessage(now.tree, question);
  const tree = withMessage(asked, answer);
  const run = withRunning(now.run, answer.id);
  // A page that didn't request the answer keeps the versions that its user has chosen.
  if (now.run?.at !== 'sending') return { ...now, tree, run };
  const choices = new Map(now.choices);
  if (question !== undefined) choices.set(question.parentId, question.id);
  // Those of a comparison are shown side by side, until the user chooses one.
  if (answer.comparison === undefined) choices.set(answer.parentId, answer.id);
  else choices.delete(answer.parentId);
  return { ...now, tree, choices, run };
}

function finish(now: Chat, answer: Message, conversation: Chat['conversation']): Chat {
  const tree = withMessage(now.tree, answer);
  return { ...now, tree, conversation, run: withoutAnswer(now.run, answer.id) };
}
