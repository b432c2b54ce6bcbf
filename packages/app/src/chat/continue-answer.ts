import { failed, ok, type Result } from '@postern/kernel';
import {
  problem,
  storedAnswer,
  type AnswerEvent,
  type ConversationView,
  type Message,
  type MessagePart,
  type Problem,
  type Provider,
  type TurnInput,
  problemSaying,
} from '@postern/protocol';
import { describeStoreFailure, type ConversationStore } from '@postern/conversations';
import { joinAnswer } from './join-answer.ts';
import { joinDirectly, joinRepeated, lastWords } from './join-texts.ts';
import { turnsLeadingTo, type StoredTurn } from './question-turns.ts';

/** An answer that goes on in its message. */
export interface Continuation {
  readonly answer: Message;
  readonly model: string;
  readonly turns: readonly StoredTurn[];
  /** Joins the events of the request's answer to what there is. */
  readonly join: (events: AsyncGenerator<AnswerEvent>) => AsyncGenerator<AnswerEvent>;
}

/**
 * Marks an answer as running again and keeps what it has. An answer without content is requested as if for the first
 * time.
 */
export function prepareContinuation(
  store: ConversationStore,
  { messages }: ConversationView,
  input: TurnInput & { readonly continues: string },
  provider: Provider,
): Result<Continuation, Problem> {
  const before = messages.find((message) => message.id === input.continues);
  const refusal = refusalOf(before, input);
  if (before === undefined || refusal !== undefined) {
    return failed(refusal ?? problem('CONVERSATION_NOT_FOUND'));
  }
  const { turns, join } = planOf(messages, before, provider);
  const updated = store.updateMessage(before.id, {
    status: 'streaming',
    provider: provider.id,
    model: input.model,
    stopReason: null,
    failure: null,
  });
  if (!updated.ok) return failed(describeStoreFailure(updated.failure));
  return ok({
    answer: updated.value,
    model: input.model,
    turns,
    join,
  });
}

function refusalOf(before: Message | undefined, input: TurnInput): Problem | undefined {
  if (
    before?.role !== 'assistant' ||
    before.parentId !== input.parentId ||
    input.text !== undefined
  ) {
    return problemSaying('CONVERSATION_NOT_FOUND', 'The conversation has no such answer.');
  }
  if (before.failure?.code === 'DATABASE_DAMAGED') return problem('DATABASE_DAMAGED');
  if (before.parts.length > 0 && textAtEnd(before.parts) === undefined) {
    return problemSaying(
      'REQUEST_INVALID',
      "This answer doesn't end with text, so it can't be continued.",
    );
  }
  return undefined;
}

/** Decided in docs/decisions/2026-11-28-continued-answers.md. */
function planOf(
  messages: readonly Message[],
  { id, parentId, parts, usage = {} }: Message,
  provider: Provider,
): Pick<Continuation, 'join'> & { readonly turns: readonly StoredTurn[] } {
  const text = textAtEnd(parts);
  const turns = turnsLeadingTo(messages, text === undefined ? (parentId ?? id) : id, provider.id);
  if (text === undefined) return { turns, join: (events) => events };
  const goesOn = provider.quirks?.continuesAnswers === true;
  return {
    turns: goesOn
      ? [...turns.slice(0, -1), ...turns.slice(-1).map(withoutEndSpace)]
      : [...turns, requestToGoOn(text)],
    join: (events) =>
      joinAnswer(
        { parts: storedAnswer({ parts }).parts, usage },
        goesOn ? joinDirectly(text) : joinRepeated(text),
        events,
      ),
  };
}

/** The text with which an answer ends, if there is any. */
function textAtEnd(parts: readonly MessagePart[]): string | undefined {
  const last = parts.at(-1);
  return last?.kind === 'text' && last.text.trim() !== '' ? last.text : undefined;
}

/** Servers reject an answer that ends with white space. */
function withoutEndSpace({ role, parts }: StoredTurn): StoredTurn {
  const last = parts.length - 1;
  return {
    role,
    parts: parts.map((part, index) =>
      part.kind === 'text' && index === last ? { ...part, text: part.text.trimEnd() } : part,
    ),
  };
}

function requestToGoOn(text: string): StoredTurn {
  const request = [
    'Your answer was cut off. Go on with it from exactly where it ends, in the same format and without an introduction.',
    'So that both parts can be joined, begin by repeating its last words exactly:',
    '',
    lastWords(text),
  ].join('\n');
  return { role: 'user', parts: [{ kind: 'text', text: request }] };
}
