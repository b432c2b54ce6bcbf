import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import { itemsOf, objectsOf, stringOf } from './json-view.ts';
import type { ScriptedAnswer } from './reply.ts';

/** The parts of a request, in any dialect, that the fake needs. */
export interface Question {
  readonly model: string;
  readonly stream: boolean;
  /** OpenAI: whether the request asks for the usage chunk. */
  readonly includeUsage: boolean;
  /** The text of the last user message. */
  readonly text: string;
  readonly messageCount: number;
  /** The length of all messages as JSON, from which the fake computes the prompt tokens. */
  readonly promptLength: number;
}

export function questionOf(body: JsonObject): Question {
  const messages = messagesOf(body);
  const last = objectsOf(messages).findLast((message) => message['role'] === 'user');
  const options = body['stream_options'];
  return {
    model: stringOf(body['model']) ?? 'unknown',
    stream: body['stream'] === true,
    includeUsage: isJsonObject(options) && options['include_usage'] === true,
    text: textOf(last?.['content']),
    messageCount: messages.length,
    promptLength: JSON.stringify(messages).length,
  };
}

/** The messages; the Responses API calls them `input`, which may also be one text. */
function messagesOf(body: JsonObject): readonly JsonValue[] {
  const { input } = body;
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return itemsOf(body['messages'] ?? input);
}

function textOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => stringOf(part['text']) ?? '')
    .join('');
}

/** The default answer: a digest of the question, which shows if two answers were mixed up. */
export function echoText(question: string): string {
  const digest = createHash('sha256').update(question).digest('hex').slice(0, 16);
  return `You asked ${question.length} characters with the digest ${digest}.`;
}

export function echoAnswer(question: Question): ScriptedAnswer {
  return { parts: [{ kind: 'text', text: echoText(question.text) }] };
}

/**
 * The token counts of an answer. Counts that the script leaves out are a quarter of the characters.
 */
export interface Counts {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
}

export function countsOf(answer: ScriptedAnswer, question: Question): Counts {
  const length = answer.parts.reduce(
    (sum, part) =>
      sum + (part.kind === 'tool-call' ? JSON.stringify(part.input).length : part.text.length),
    0,
  );
  return {
    input: answer.inputTokens ?? Math.ceil(question.promptLength / 4),
    output: answer.outputTokens ?? Math.max(1, Math.ceil(length / 4)),
    cacheRead: answer.cacheReadTokens ?? 0,
  };
}

/** Splits a text into the deltas of a stream: words, each with the space before it. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
