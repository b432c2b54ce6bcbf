import type { JsonObject } from '@postern/kernel';
import type { Part, StopReason } from '@postern/protocol';
import { objectOf } from '../json/read-json.ts';

/** The fields of a response that say how it ended: its status and, if it is incomplete, the reason. */
export function encodeEnding(reason: StopReason | undefined): JsonObject {
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
