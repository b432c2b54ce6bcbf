import type { JsonObject, JsonValue } from '@postern/kernel';
import { countsOf, wordsOf, type Counts, type Question } from './question.ts';
import type { FakeModel, ScriptedAnswer, ScriptedPart } from './reply.ts';

/* The Messages API as documented at platform.claude.com/docs/en/api/messages. */

const STOP_REASONS = {
  end: 'end_turn',
  'tool-calls': 'tool_use',
  'max-tokens': 'max_tokens',
  refusal: 'refusal',
} as const;

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The SSE frame of one event: `event:` always equals `data.type`. */
export function anthropicFrame(type: string, data: string): string {
  return `event: ${type}\ndata: ${data}\n\n`;
}

const frame = (event: JsonObject & { readonly type: string }): string =>
  anthropicFrame(event.type, JSON.stringify(event));

export function anthropicFrames(
  answer: ScriptedAnswer,
  question: Question,
  id: string,
): readonly string[] {
  const counts = countsOf(answer, question);
  return [
    frame({
      type: 'message_start',
      message: { ...messageHead(id, question.model), content: [], ...usageOf(counts, 1) },
    }),
    frame({ type: 'ping' }),
    ...answer.parts.flatMap(blockFrames),
    frame({
      type: 'message_delta',
      delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
      usage: { output_tokens: counts.output },
    }),
    frame({ type: 'message_stop' }),
  ];
}

export function anthropicAnswer(answer: ScriptedAnswer, question: Question, id: string): string {
  const counts = countsOf(answer, question);
  return JSON.stringify({
    ...messageHead(id, question.model),
    content: answer.parts.map((part) => ({ ...emptyBlock(part), ...filling(part) })),
    ...usageOf(counts, counts.output),
    stop_reason: stopReasonOf(answer),
  });
}

function messageHead(id: string, model: string): JsonObject {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    stop_reason: null,
    stop_sequence: null,
  };
}

function usageOf(counts: Counts, output: number): JsonObject {
  return {
    usage: {
      input_tokens: counts.input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: counts.cacheRead,
      output_tokens: output,
    },
  };
}

function stopReasonOf(answer: ScriptedAnswer): string {
  const calls = answer.parts.some((part) => part.kind === 'tool-call');
  return STOP_REASONS[answer.stop ?? (calls ? 'tool-calls' : 'end')];
}

function blockFrames(part: ScriptedPart, index: number): readonly string[] {
  return [
    frame({ type: 'content_block_start', index, content_block: emptyBlock(part) }),
    ...deltasOf(part).map((delta) => frame({ type: 'content_block_delta', index, delta })),
    frame({ type: 'content_block_stop', index }),
  ];
}

function emptyBlock(part: ScriptedPart): JsonObject {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool-call':
      return { type: 'tool_use', id: part.id, name: part.name, input: {} };
  }
}

function filling(part: ScriptedPart): JsonObject {
  switch (part.kind) {
    case 'text':
      return { text: part.text };
    case 'thinking':
      return { thinking: part.text, signature: part.signature ?? '' };
    case 'tool-call':
      return { input: part.input };
  }
}

function deltasOf(part: ScriptedPart): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
      return (part.deltas ?? wordsOf(part.text)).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...wordsOf(part.text).map((thinking) => ({ type: 'thinking_delta', thinking })),
        ...(part.signature === undefined
          ? []
          : [{ type: 'signature_delta', signature: part.signature }]),
      ];
    case 'tool-call':
      return ['', ...(JSON.stringify(part.input).match(/.{1,12}/gsu) ?? [])].map((json) => ({
        type: 'input_json_delta',
        partial_json: json,
      }));
  }
}

export function anthropicError(
  status: number,
  message: string,
  requestId: string,
  errorType?: string,
): string {
  const type = errorType ?? ERROR_TYPES[status] ?? 'api_error';
  return JSON.stringify({ type: 'error', error: { type, message }, request_id: requestId });
}

export function anthropicErrorFrame(message: string, errorType: string): string {
  return frame({ type: 'error', error: { type: errorType, message } });
}

/** One page of `GET /v1/models`. */
export function anthropicModels(models: readonly FakeModel[], limit: number): string {
  const page = models.slice(0, limit);
  const data: JsonValue = page.map(({ id, label }) => ({
    type: 'model',
    id,
    display_name: label,
    created_at: '2026-01-01T00:00:00Z',
  }));
  return JSON.stringify({
    data,
    has_more: page.length < models.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  });
}
