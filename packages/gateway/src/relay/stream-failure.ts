import type { Dialect } from '@postern/dialects';
import { describeGatewayFailure, type GatewayFailure } from '../failure.ts';

/** The last event of a stream that cannot go on. No `[DONE]` and no stop event follows it. */
export function streamFailure(
  dialect: Dialect,
  requestId: string,
  failure: GatewayFailure,
): string {
  const { body } = dialect.encodeError({
    ...describeGatewayFailure(failure),
    requestId,
  });
  return dialect.errorFrame(body);
}
