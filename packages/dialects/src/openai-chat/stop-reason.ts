import { parseJson } from '@postern/kernel';
import type { StopReason } from '@postern/protocol';
import { objectOf } from '../json/read-json.ts';

const TO_WIRE = {
  end: 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
  'tool-calls': 'tool_calls',
  refusal: 'content_filter',
  pause: 'stop',
  'context-full': 'length',
} as const satisfies Record<StopReason, string>;

const BY_WIRE: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'end'],
  ['length', 'max-tokens'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'refusal'],
]);

/** Decodes the reason alone; undefined if it is unknown. */
function decodeStopReason(reason: string | undefined): StopReason | undefined {
  return reason === undefined ? undefined : BY_WIRE.get(reason);
}

/**
 * The stop reason of an answer with these calls. It is `tool-calls` if there are calls, even if the server
 * sent `stop`, unless the token limit cut them off. A refusal in words is `refusal`.
 */
export function stopReasonOf(
  reason: string | undefined,
  { inputs, isRefused }: { readonly inputs: readonly string[]; readonly isRefused: boolean },
): StopReason | undefined {
  const decoded = decodeStopReason(reason);
  if (inputs.length > 0) {
    return decoded === 'max-tokens' && !inputs.every(isComplete) ? decoded : 'tool-calls';
  }
  return decoded === 'end' && isRefused ? 'refusal' : decoded;
}

function isComplete(inputJson: string): boolean {
  const parsed = parseJson(inputJson);
  return parsed.ok && objectOf(parsed.value) !== undefined;
}

/** The finish reason; `stop` if it is unknown, and after a refusal in words, as OpenAI sends it. */
export function encodeStopReason(
  reason: StopReason | undefined,
  isRefusedInWords: boolean,
): string {
  if (reason === undefined || (reason === 'refusal' && isRefusedInWords)) return 'stop';
  return TO_WIRE[reason];
}
