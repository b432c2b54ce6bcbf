import type { RequestBody } from '../body/request-body.ts';
import type { CallRoute } from '../route/routes.ts';
import type { Estimate } from '../limits/limits.ts';
import { costOf, type Price } from './price.ts';

/** For estimates: bytes per token. */
const BYTES_PER_TOKEN = 4;
/** The most prompt tokens that are reserved. A larger body usually contains images, which cost less than their bytes. */
const MAX_INPUT_TOKENS = 200_000;
/** The length of an answer for which the client sets no limit. */
const USUAL_OUTPUT_TOKENS = 4096;
/** A larger limit doesn't come true, and must not overflow sums. */
const MAX_OUTPUT_TOKENS = 10_000_000;

const NOTHING: Estimate = { tokens: 0, costMicroUsd: 0 };

/** The most that a call will probably use: its prompt, estimated from its length, and the longest answer. */
export function estimateCall(
  { bytes, maxOutputTokens = USUAL_OUTPUT_TOKENS, serviceTier }: RequestBody,
  metered: CallRoute['metered'],
  price: Price,
): Estimate {
  if (metered === false) return NOTHING;
  const inputTokens = Math.min(MAX_INPUT_TOKENS, Math.ceil(bytes.length / BYTES_PER_TOKEN));
  const outputTokens = metered === 'input' ? 0 : Math.min(MAX_OUTPUT_TOKENS, maxOutputTokens);
  return {
    tokens: inputTokens + outputTokens,
    costMicroUsd: costOf(price, { usage: { inputTokens, outputTokens }, serviceTier }),
  };
}
