import type { DialectId } from '@postern/protocol';
import { ANTHROPIC } from './anthropic-probes.ts';
import { CHAT } from './chat-probes.ts';
import type { Probe } from './probe.ts';
import { RESPONSES } from './responses-probes.ts';

export interface DialectProbes {
  readonly from: DialectId;
  readonly probes: readonly Probe[];
}

/** Every field of a request that clients are known to send, by dialect. */
export const PROBES: readonly DialectProbes[] = [
  { from: 'anthropic-messages', probes: ANTHROPIC },
  { from: 'openai-chat', probes: CHAT },
  { from: 'openai-responses', probes: RESPONSES },
];
