import { DIALECTS } from '@postern/dialects';
import type { DialectId } from '@postern/protocol';
import { describeGatewayFailure, type GatewayFailure } from '../failure.ts';

/** How each dialect marks an error in a stream whose head has gone out already. */
const FRAMES: Readonly<Record<DialectId, (json: string) => string>> = {
  'anthropic-messages': (json) => `event: error\ndata: ${json}\n\n`,
  'openai-chat': (json) => `data: ${json}\n\n`,
};

/** The last event of a stream that cannot go on. No `[DONE]` and no stop event follows it. */
export function streamFailure(
  dialect: DialectId,
  requestId: string,
  failure: GatewayFailure,
): string {
  const { body } = DIALECTS[dialect].encodeError({
    ...describeGatewayFailure(failure),
    requestId,
  });
  return FRAMES[dialect](JSON.stringify(body));
}
