import type { JsonObject, JsonValue } from '@postern/kernel';
import { filledText, listOf, objectOf, textOf } from '../json/read-json.ts';

/** What one item of a `content` list holds. */
export type ContentItem =
  | { readonly kind: 'text' | 'thinking' | 'refusal'; readonly text: string }
  | { readonly kind: 'other'; readonly value: JsonObject; readonly text?: never };

/**
 * Reads a `content` that is a list, in a message or a delta. Mistral sends reasoning as items of the type
 * `thinking`, each with a list of texts. Empty texts are omitted.
 */
export function contentItems(content: JsonValue | undefined): readonly ContentItem[] {
  return (listOf(content) ?? []).flatMap((value): readonly ContentItem[] => {
    if (typeof value === 'string') return words('text', value);
    const item = objectOf(value) ?? {};
    switch (item['type']) {
      case 'text':
        return words('text', textOf(item['text']));
      case 'thinking':
        return words('thinking', thinkingText(item['thinking']));
      case 'refusal':
        return words('refusal', textOf(item['refusal']));
      default:
        return [{ kind: 'other', value: item }];
    }
  });
}

function words(
  kind: 'text' | 'thinking' | 'refusal',
  text: string | undefined,
): readonly ContentItem[] {
  return text === undefined || text === '' ? [] : [{ kind, text }];
}

function thinkingText(thinking: JsonValue | undefined): string | undefined {
  const text = filledText(thinking);
  if (text !== undefined) return text;
  return (listOf(thinking) ?? []).map((item) => textOf(objectOf(item)?.['text']) ?? '').join('');
}

/** The field under which reasoning in a `content` list is remembered. */
export const IN_CONTENT = 'content';

/** Reasoning as an item of a `content` list. */
export function thinkingItem(text: string): JsonObject {
  return { type: 'thinking', thinking: [{ type: 'text', text }] };
}
