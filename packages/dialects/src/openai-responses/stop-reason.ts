import type { JsonObject } from '@postern/kernel';
import type { Part, StopReason } from '@postern/protocol';
import { listOf, objectOf } from '../json/read-json.ts';

/**
 * The fields of a response that say how it ended: its status and, if it is incomplete, the reason. One with a
 * refusal in words is complete.
 */
export function encodeEnding(
  reason: StopReason | undefined,
  output: readonly JsonObject[],
): JsonObject {
  if (reason === 'refusal' && output.some(isRefusal)) return encodeEnding('end', output);
  switch (reason) {
    case 'max-tokens':
    case 'context-full':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    case 'refusal':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    default:
      return { status: 'completed', incomplete_details: null };
  }
}

function isRefusal(item: JsonObject): boolean {
  return (listOf(item['content']) ?? []).some((part) => objectOf(part)?.['type'] === 'refusal');
}

/** The stop reason of a response with these parts; undefined if it is unknown. */
export function decodeEnding(response: JsonObject, parts: readonly Part[]): StopReason | undefined {
  if (response['status'] === 'completed') {
    if (parts.some(({ kind }) => kind === 'tool-call')) return 'tool-calls';
    return parts.some(({ kind }) => kind === 'refusal') ? 'refusal' : 'end';
  }
  switch (objectOf(response['incomplete_details'])?.['reason']) {
    case 'max_output_tokens':
      return 'max-tokens';
    case 'content_filter':
      return 'refusal';
    default:
      return undefined;
  }
}
