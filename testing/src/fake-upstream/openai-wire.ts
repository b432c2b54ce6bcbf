import type { JsonObject, JsonValue } from '@postern/kernel';
import { countsOf, wordsOf, type Counts, type Question } from './question.ts';
import type { FakeModel, ScriptedAnswer, ScriptedPart } from './reply.ts';

/* Chat completions as documented at platform.openai.com/docs/api-reference/chat. */

const FINISH_REASONS = {
  end: 'stop',
  'tool-calls': 'tool_calls',
  'max-tokens': 'length',
  refusal: 'content_filter',
} as const;

const CREATED = 1_767_225_600;

interface ErrorForm {
  readonly type: string;
  readonly code: string | null;
}

const ERROR_FORMS: Readonly<Record<number, ErrorForm>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  402: { type: 'insufficient_quota', code: 'insufficient_quota' },
  403: { type: 'invalid_request_error', code: 'unsupported_country_region_territory' },
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  429: { type: 'requests', code: 'rate_limit_exceeded' },
  500: { type: 'server_error', code: null },
  503: { type: 'server_error', code: null },
};

export function openaiFrame(data: string): string {
  return `data: ${data}\n\n`;
}

export const OPENAI_DONE = openaiFrame('[DONE]');

export function openaiFrames(
  answer: ScriptedAnswer,
  question: Question,
  id: string,
): readonly string[] {
  const usage = question.includeUsage ? { usage: null } : {};
  const chunk = (delta: JsonObject, finish: string | null): string =>
    openaiFrame(
      JSON.stringify({
        ...headOf(id, 'chat.completion.chunk', question.model),
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        ...usage,
      }),
    );
  const calls = answer.parts.filter((part) => part.kind === 'tool-call');
  return [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...answer.parts.flatMap((part) =>
      deltasOf(part, part.kind === 'tool-call' ? calls.indexOf(part) : 0).map((delta) =>
        chunk(delta, null),
      ),
    ),
    chunk({}, finishOf(answer)),
    ...(question.includeUsage ? [usageFrame(answer, question, id)] : []),
    OPENAI_DONE,
  ];
}

function usageFrame(answer: ScriptedAnswer, question: Question, id: string): string {
  return openaiFrame(
    JSON.stringify({
      ...headOf(id, 'chat.completion.chunk', question.model),
      choices: [],
      usage: usageOf(countsOf(answer, question)),
    }),
  );
}

export function openaiAnswer(answer: ScriptedAnswer, question: Question, id: string): string {
  const textIn = (kind: 'text' | 'thinking'): string =>
    answer.parts.map((part) => (part.kind === kind ? part.text : '')).join('');
  const calls = answer.parts.flatMap((part) =>
    part.kind === 'tool-call'
      ? [
          {
            id: part.id,
            type: 'function',
            function: { name: part.name, arguments: JSON.stringify(part.input) },
          },
        ]
      : [],
  );
  const thinking = textIn('thinking');
  const message: JsonObject = {
    role: 'assistant',
    content: calls.length > 0 && textIn('text') === '' ? null : textIn('text'),
    refusal: null,
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return JSON.stringify({
    ...headOf(id, 'chat.completion', question.model),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }],
    usage: usageOf(countsOf(answer, question)),
  });
}

function headOf(id: string, object: string, model: string): JsonObject {
  return {
    id: `chatcmpl-${id}`,
    object,
    created: CREATED,
    model,
    system_fingerprint: 'fp_fake',
    service_tier: 'default',
  };
}

function finishOf(answer: ScriptedAnswer): string {
  const calls = answer.parts.some((part) => part.kind === 'tool-call');
  return FINISH_REASONS[answer.stop ?? (calls ? 'tool-calls' : 'end')];
}

function usageOf(counts: Counts): JsonObject {
  return {
    prompt_tokens: counts.input,
    completion_tokens: counts.output,
    total_tokens: counts.input + counts.output,
    prompt_tokens_details: { cached_tokens: counts.cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

function deltasOf(part: ScriptedPart, callIndex: number): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
      return (part.deltas ?? wordsOf(part.text)).map((content) => ({ content }));
    case 'thinking':
      return wordsOf(part.text).map((text) => ({ reasoning_content: text }));
    case 'tool-call': {
      const pieces = JSON.stringify(part.input).match(/.{1,12}/gsu) ?? [];
      const head = { index: callIndex, id: part.id, type: 'function' };
      return [
        { tool_calls: [{ ...head, function: { name: part.name, arguments: '' } }] },
        ...pieces.map((json) => ({
          tool_calls: [{ index: callIndex, function: { arguments: json } }],
        })),
      ];
    }
  }
}

export function openaiError(status: number, message: string, errorType?: string): string {
  const { type, code } = ERROR_FORMS[status] ?? { type: 'invalid_request_error', code: null };
  return JSON.stringify({ error: { message, type: errorType ?? type, param: null, code } });
}

export function openaiErrorFrame(message: string, errorType: string): string {
  return openaiFrame(JSON.stringify({ error: { message, type: errorType, code: null } }));
}

/** `GET /v1/models`. */
export function openaiModels(models: readonly FakeModel[]): string {
  const data: JsonValue = models.map(({ id }) => ({
    id,
    object: 'model',
    created: CREATED,
    owned_by: 'fake',
  }));
  return JSON.stringify({ object: 'list', data });
}
