import type { JsonObject } from '@postern/kernel';
import { countsOf, wordsOf, type Counts, type Question } from './question.ts';
import type { ScriptedAnswer, ScriptedPart } from './reply.ts';

/* The Responses API as documented at platform.openai.com/docs/api-reference/responses. */

const CREATED = 1_767_225_600;

type ResponseEvent = JsonObject & { readonly type: string };

export function responsesFrames(
  answer: ScriptedAnswer,
  question: Question,
  id: string,
): readonly string[] {
  const response = {
    ...headOf(id, question.model),
    status: 'in_progress',
    output: [],
    usage: null,
  };
  const last = finished(answer, question, id);
  const events: readonly ResponseEvent[] = [
    { type: 'response.created', response },
    { type: 'response.in_progress', response },
    ...answer.parts.flatMap((part, index) => itemEvents(part, index, id)),
    { type: `response.${last.status}`, response: last },
  ];
  return events.map(({ type, ...fields }, index) =>
    responsesFrame(type, JSON.stringify({ type, sequence_number: index, ...fields })),
  );
}

export function responsesAnswer(answer: ScriptedAnswer, question: Question, id: string): string {
  return JSON.stringify(finished(answer, question, id));
}

export function responsesFrame(type: string, data: string): string {
  return `event: ${type}\ndata: ${data}\n\n`;
}

export function responsesErrorFrame(message: string, code: string): string {
  const error = { type: 'error', code, message, param: null, sequence_number: 0 };
  return responsesFrame('error', JSON.stringify(error));
}

function headOf(id: string, model: string): JsonObject {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: CREATED,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
  };
}

const INCOMPLETE = { 'max-tokens': 'max_output_tokens', refusal: 'content_filter' } as const;

function finished(
  answer: ScriptedAnswer,
  question: Question,
  id: string,
): JsonObject & { readonly status: string } {
  const { stop } = answer;
  const reason = stop === 'max-tokens' || stop === 'refusal' ? INCOMPLETE[stop] : undefined;
  return {
    ...headOf(id, question.model),
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    output: answer.parts.map((part, index) => itemOf(part, index, id, 'completed')),
    usage: usageOf(countsOf(answer, question)),
  };
}

function usageOf({ input, output, cacheRead }: Counts): JsonObject {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

function itemOf(part: ScriptedPart, index: number, id: string, status: string): JsonObject {
  switch (part.kind) {
    case 'text':
      return {
        id: `msg_${id}_${index}`,
        type: 'message',
        status,
        role: 'assistant',
        content: [outputText(part.text)],
      };
    case 'thinking':
      return {
        id: `rs_${id}_${index}`,
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: part.text }],
      };
    case 'tool-call':
      return {
        id: `fc_${id}_${index}`,
        type: 'function_call',
        status,
        call_id: part.id,
        name: part.name,
        arguments: JSON.stringify(part.input),
      };
  }
}

function outputText(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function itemEvents(part: ScriptedPart, index: number, id: string): readonly ResponseEvent[] {
  const item = itemOf(part, index, id, 'completed');
  const at = { item_id: item['id'] ?? '', output_index: index };
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...itemOf(part, index, id, 'in_progress'), ...EMPTY[part.kind] },
    },
    ...contentEvents(part, at),
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

const EMPTY: Readonly<Record<ScriptedPart['kind'], JsonObject>> = {
  text: { content: [] },
  thinking: { summary: [] },
  'tool-call': { arguments: '' },
};

function contentEvents(part: ScriptedPart, at: JsonObject): readonly ResponseEvent[] {
  switch (part.kind) {
    case 'text': {
      const inContent = { ...at, content_index: 0 };
      const deltas = part.deltas ?? wordsOf(part.text);
      return [
        { type: 'response.content_part.added', ...inContent, part: outputText('') },
        ...deltas.map((delta) => ({ type: 'response.output_text.delta', ...inContent, delta })),
        { type: 'response.output_text.done', ...inContent, text: part.text },
        { type: 'response.content_part.done', ...inContent, part: outputText(part.text) },
      ];
    }
    case 'thinking': {
      const type = 'response.reasoning_summary';
      const inSummary = { ...at, summary_index: 0 };
      const summary = (text: string): JsonObject => ({ type: 'summary_text', text });
      return [
        { type: `${type}_part.added`, ...inSummary, part: summary('') },
        ...wordsOf(part.text).map((delta) => ({
          type: `${type}_text.delta`,
          ...inSummary,
          delta,
        })),
        { type: `${type}_text.done`, ...inSummary, text: part.text },
        { type: `${type}_part.done`, ...inSummary, part: summary(part.text) },
      ];
    }
    case 'tool-call': {
      const type = 'response.function_call_arguments';
      const json = JSON.stringify(part.input);
      return [
        ...(json.match(/.{1,12}/gsu) ?? []).map((delta) => ({
          type: `${type}.delta`,
          ...at,
          delta,
        })),
        { type: `${type}.done`, ...at, name: part.name, arguments: json },
      ];
    }
  }
}
