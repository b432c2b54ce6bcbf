import type { Dialect } from '@postern/dialects';
import { describeGatewayFailure, type GatewayFailure } from '../failure.ts';

/** The error event that ends a stream. No terminal event follows it. */
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
