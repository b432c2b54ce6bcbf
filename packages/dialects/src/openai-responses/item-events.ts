import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part, PartDelta } from '@postern/protocol';
import { CUSTOM_CALL, isCustomCall } from './custom-call.ts';
import { listOf, objectOf, textOf } from '../json/read-json.ts';

/** One event of a stream, without its number. */
type ItemEvent = JsonObject & { readonly type: string };

/** The events that start an item: an empty item, then the content that the part started with. */
export function itemStart(item: JsonObject, place: number, part: Part): readonly ItemEvent[] {
  const at = { item_id: item['id'] ?? '', output_index: place };
  const added: ItemEvent = { type: 'response.output_item.added', output_index: place, item };
  switch (part.kind) {
    case 'text':
    case 'refusal': {
      const emptyPart = emptied(contentOf(item));
      return [
        { ...added, item: { ...item, content: [] } },
        { type: 'response.content_part.added', ...at, content_index: 0, part: emptyPart },
        ...itemDeltas(item, place, part),
      ];
    }
    case 'thinking':
    case 'redacted-thinking':
      return [
        { ...added, item: { ...item, summary: [] } },
        { type: 'response.reasoning_summary_part.added', ...at, summary_index: 0, part: SUMMARY },
        ...(part.kind === 'thinking'
          ? itemDeltas(item, place, { kind: 'thinking', text: part.text })
          : []),
      ];
    case 'tool-call':
      if (isCustomCall(part)) return [{ ...added, item: { ...item, input: '' } }];
      return [
        { ...added, item: { ...item, arguments: '' } },
        ...itemDeltas(item, place, { kind: 'tool-input', json: part.inputJson }),
      ];
    default:
      return [added];
  }
}

const SUMMARY = { type: 'summary_text', text: '' };

function contentOf(item: JsonObject): JsonObject {
  return objectOf(listOf(item['content'])?.[0]) ?? {};
}

function emptied(content: JsonObject): JsonObject {
  return content['type'] === 'refusal'
    ? { ...content, refusal: '' }
    : { ...content, text: '', annotations: [] };
}

/** The events for one delta of an item; none for content that the dialect sends only at the end. */
export function itemDeltas(
  item: JsonObject,
  place: number,
  delta: PartDelta | (Part & { readonly kind: 'text' | 'refusal' }),
): readonly ItemEvent[] {
  const at = { item_id: item['id'] ?? '', output_index: place };
  const inContent = { ...at, content_index: 0 };
  switch (delta.kind) {
    case 'text':
      return words('response.output_text.delta', delta.text, { ...inContent, logprobs: [] });
    case 'refusal':
      return words('response.refusal.delta', delta.text, inContent);
    case 'annotation':
      return annotationEvents(item, delta.value, inContent);
    case 'thinking':
      return words('response.reasoning_summary_text.delta', delta.text, {
        ...at,
        summary_index: 0,
      });
    case 'tool-input':
      return words('response.function_call_arguments.delta', delta.json, at);
    default:
      return [];
  }
}

function words(type: string, delta: string, at: JsonObject): readonly ItemEvent[] {
  return delta === '' ? [] : [{ type, ...at, delta }];
}

function annotationEvents(
  item: JsonObject,
  annotation: JsonValue,
  at: JsonObject,
): readonly ItemEvent[] {
  const annotations = listOf(contentOf(item)['annotations']) ?? [];
  // The item doesn't contain annotations of other dialects.
  if (!annotations.includes(annotation)) return [];
  const event = { annotation_index: annotations.length - 1, annotation };
  return [{ type: 'response.output_text.annotation.added', ...at, ...event }];
}

const CUSTOM_INPUT = 'response.custom_tool_call_input';

/** The event for more of the input of a custom call. */
export function customInputDelta(
  itemId: JsonValue,
  place: number,
  delta: string,
): readonly ItemEvent[] {
  return words(`${CUSTOM_INPUT}.delta`, delta, { item_id: itemId, output_index: place });
}

/** The events that end a finished item. */
export function itemEnding(item: JsonObject, place: number): readonly ItemEvent[] {
  const at = { item_id: item['id'] ?? '', output_index: place };
  const done: ItemEvent = { type: 'response.output_item.done', output_index: place, item };
  switch (item['type']) {
    case 'message':
      return [...contentEnding({ ...at, content_index: 0 }, contentOf(item)), done];
    case 'function_call': {
      const call = { name: item['name'] ?? '', arguments: item['arguments'] ?? '' };
      return [{ type: 'response.function_call_arguments.done', ...at, ...call }, done];
    }
    case CUSTOM_CALL:
      return [{ type: `${CUSTOM_INPUT}.done`, ...at, input: item['input'] ?? '' }, done];
    case 'reasoning':
      return [...summaryEnding({ ...at, summary_index: 0 }, item), done];
    default:
      return [done];
  }
}

function contentEnding(at: JsonObject, part: JsonObject): readonly ItemEvent[] {
  const ending: ItemEvent =
    part['type'] === 'refusal'
      ? { type: 'response.refusal.done', ...at, refusal: part['refusal'] ?? '' }
      : { type: 'response.output_text.done', ...at, text: part['text'] ?? '', logprobs: [] };
  return [ending, { type: 'response.content_part.done', ...at, part }];
}

function summaryEnding(at: JsonObject, item: JsonObject): readonly ItemEvent[] {
  const text = textOf(objectOf(listOf(item['summary'])?.[0])?.['text']) ?? '';
  return [
    { type: 'response.reasoning_summary_text.done', ...at, text },
    { type: 'response.reasoning_summary_part.done', ...at, part: { ...SUMMARY, text } },
  ];
}
