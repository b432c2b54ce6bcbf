import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import { filledText, listOf, objectOf, textOf } from '../json/read-json.ts';

/*
 * Chat completions have no place for the signature of reasoning, without which it cannot go back to the
 * Messages API. It travels in `reasoning_details`, OpenRouter's field, in a format that only we write
 * and read; entries of other formats are left to whoever wrote them.
 */

const FORMAT = 'postern-anthropic-messages';

/** The entries of an answer's reasoning; none where nothing of it is signed or hidden. */
export function reasoningDetails(parts: readonly Part[]): readonly JsonObject[] {
  const isNeeded = parts.some(
    (part) =>
      (part.kind === 'thinking' && (part.signature ?? '') !== '') ||
      (part.kind === 'redacted-thinking' && part.data !== ''),
  );
  return isNeeded ? parts.flatMap(entryOf) : [];
}

function entryOf(part: Part): readonly JsonObject[] {
  if (part.kind === 'redacted-thinking') {
    return [{ type: 'reasoning.encrypted', data: part.data, format: FORMAT }];
  }
  if (part.kind !== 'thinking') return [];
  const { text, signature = '' } = part;
  return [{ type: 'reasoning.text', text, signature, format: FORMAT }];
}

/** The parts that our own entries stand for; undefined where there is none of them. */
export function partsOfDetails(details: JsonValue | undefined): readonly Part[] | undefined {
  const parts = (listOf(details) ?? []).flatMap((value): readonly Part[] => {
    const entry = objectOf(value);
    if (entry?.['format'] !== FORMAT) return [];
    const data = filledText(entry['data']);
    if (data !== undefined) return [{ kind: 'redacted-thinking', data }];
    const signature = filledText(entry['signature']);
    const text = textOf(entry['text']) ?? '';
    return [{ kind: 'thinking', text, ...(signature !== undefined && { signature }) }];
  });
  return parts.length === 0 ? undefined : parts;
}
