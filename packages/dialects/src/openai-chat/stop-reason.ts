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

/** The reason alone; undefined for one that the model does not know. */
function decodeStopReason(reason: string | undefined): StopReason | undefined {
  return reason === undefined ? undefined : BY_WIRE.get(reason);
}

/**
 * The reason of an answer that made these calls. Complete tool calls make it `tool-calls`, whatever the
 * server said (some say `stop`); calls cut off by the token limit do not. Declining in words is a
 * refusal.
 */
export function stopReasonOf(
  reason: string | undefined,
  { inputs, isRefused }: { readonly inputs: readonly string[]; readonly isRefused: boolean },
): StopReason | undefined {
  const said = decodeStopReason(reason);
  if (inputs.length > 0) {
    return said === 'max-tokens' && !inputs.every(isComplete) ? said : 'tool-calls';
  }
  return said === 'end' && isRefused ? 'refusal' : said;
}

function isComplete(inputJson: string): boolean {
  const parsed = parseJson(inputJson);
  return parsed.ok && objectOf(parsed.value) !== undefined;
}

export function encodeStopReason(reason: StopReason): string {
  return TO_WIRE[reason];
}
