import type { StopReason } from '@postern/protocol';

const TO_WIRE = {
  end: 'end_turn',
  'stop-sequence': 'stop_sequence',
  'max-tokens': 'max_tokens',
  'tool-calls': 'tool_use',
  refusal: 'refusal',
  pause: 'pause_turn',
  'context-full': 'model_context_window_exceeded',
} as const satisfies Record<StopReason, string>;

const BY_WIRE: ReadonlyMap<string, StopReason> = new Map([
  ['end_turn', 'end'],
  ['stop_sequence', 'stop-sequence'],
  ['max_tokens', 'max-tokens'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['model_context_window_exceeded', 'context-full'],
]);

/** Undefined for an unknown reason. */
export function decodeStopReason(reason: string | undefined): StopReason | undefined {
  return reason === undefined ? undefined : BY_WIRE.get(reason);
}

export function encodeStopReason(reason: StopReason): string {
  return TO_WIRE[reason];
}
