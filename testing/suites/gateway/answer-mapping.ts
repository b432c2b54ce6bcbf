import { DIALECTS } from '@postern/dialects';
import type { FakeDialect } from '@postern/testing';
import type { ClientAnswer, Piece } from './client-answers.ts';
import type { Counts } from './token-counts.ts';

/*
 * What becomes of an answer in another dialect, from the documentation of the dialects and not from Postern's
 * code. docs/gateway.md has the same table for readers.
 * Messages: platform.claude.com/docs/en/build-with-claude/handling-stop-reasons and /docs/en/api/messages.
 * OpenAI: platform.openai.com/docs/api-reference/chat/object and /docs/api-reference/responses/object.
 */

type Row = Readonly<Record<FakeDialect, readonly [sent: string, ...others: string[]]>>;

/** The stop reasons that mean the same. The first of a dialect is the one that a client gets. */
const STOPS = {
  done: {
    'anthropic-messages': ['end_turn', 'stop_sequence', 'pause_turn'],
    'openai-chat': ['stop'],
    'openai-responses': ['completed'],
  },
  calls: {
    'anthropic-messages': ['tool_use'],
    'openai-chat': ['tool_calls', 'function_call'],
    'openai-responses': ['completed'],
  },
  limit: {
    'anthropic-messages': ['max_tokens', 'model_context_window_exceeded'],
    'openai-chat': ['length'],
    'openai-responses': ['max_output_tokens'],
  },
  refused: {
    'anthropic-messages': ['refusal'],
    'openai-chat': ['content_filter'],
    'openai-responses': ['content_filter'],
  },
  /** A refusal that is a text of its own. Only Messages has a stop reason for it. */
  refusedInWords: {
    'anthropic-messages': ['refusal'],
    'openai-chat': ['stop'],
    'openai-responses': ['completed'],
  },
} as const satisfies Readonly<Record<string, Row>>;

/** A provider of the Messages API says `tool_use` itself; other servers sometimes don't. */
function stopIn(to: FakeDialect, from: FakeDialect, answer: ClientAnswer): string {
  const rows: readonly Row[] = Object.values(STOPS);
  const found = rows.find((row) => row[from].includes(answer.stop)) ?? STOPS.done;
  if (found !== STOPS.done) return found[to][0];
  if (answer.calls.length > 0 && from !== 'anthropic-messages') return STOPS.calls[to][0];
  const isRefused = answer.pieces.some(({ kind, text }) => kind === 'refusal' && text !== '');
  return (isRefused ? STOPS.refusedInWords : STOPS.done)[to][0];
}

/** An answer without what only one dialect has. */
export interface CommonAnswer {
  readonly text: string;
  readonly calls: ClientAnswer['calls'];
  readonly stop: string;
  readonly usage: Counts;
}

/** What a client of the dialect `to` should get of an answer of the dialect `from`. */
export function answerIn(to: FakeDialect, from: FakeDialect, answer: ClientAnswer): CommonAnswer {
  const { pieces, calls, stop, usage } = answer;
  if (to === from) return { text: textIn(to, from, pieces), calls, stop, usage };
  return {
    text: textIn(to, from, pieces),
    calls: calls.map(([name, input]) => [wireName(name, to), input]),
    stop: stopIn(to, from, answer),
    usage,
  };
}

/** A chat completion has one text: texts that had something between them are separated by a blank line. */
function textIn(to: FakeDialect, from: FakeDialect, pieces: readonly Piece[]): string {
  const isJoined = to !== 'openai-chat' || from === to;
  const texts = pieces.map(({ kind, text }, index) => {
    const isFirst = !pieces.slice(0, index).some((piece) => piece.kind === 'text');
    const isApart = kind === 'text' && !isFirst && pieces[index - 1]?.kind !== 'text';
    return !isJoined && isApart && text !== '' ? `\n\n${text}` : text;
  });
  return texts.join('');
}

/** The name by which a client that sent no tools gets the call of one, such as one in a namespace. */
function wireName(name: string, client: FakeDialect): string {
  const request = { model: 'm', turns: [], stream: false, tools: [{ name, inputSchema: {} }] };
  const [changed] = DIALECTS[client].toolNames(request).keys();
  return changed ?? name;
}
