import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import { filledText, listOf, objectOf, textOf } from '../json/read-json.ts';

/*
 * The Messages API requires the signature of reasoning that is sent back, but chat completions have no field
 * for it. Postern puts it into OpenRouter's field `reasoning_details`, in a format of its own. Entries of
 * other formats are ignored.
 */

const FORMAT = 'postern-anthropic-messages';

/** The entries for an answer's reasoning; none if no part is signed or redacted. */
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

/** Decodes Postern's own entries; undefined if there are none. */
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
