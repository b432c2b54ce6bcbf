import type { Dialect, DialectRoute } from '@postern/dialects';
import type { ServerResponse } from 'node:http';
import type { BodyCapture } from '../debug/body-capture.ts';
import { translatedHeaders } from '../headers/answer-headers.ts';
import { WARNINGS_HEADER, warningsValue } from '../headers/warnings-header.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';

/** Statuses of an upstream that can't count: no such method, not implemented. See `ExactStatus` for 404. */
const CANNOT_COUNT: ReadonlySet<number> = new Set([405, 501]);

const ESTIMATED =
  warningsValue([
    {
      kind: 'estimated',
      path: 'input_tokens',
      message:
        "the provider can't count tokens, so the count is estimated from the lengths of texts",
    },
  ]) ?? '';

export interface CountInput {
  readonly dialect: Dialect;
  readonly encodeCount: NonNullable<DialectRoute['encodeCount']>;
  readonly requestId: string;
  readonly capture: BodyCapture | undefined;
}

/** Responds with an estimated number of tokens, and says so in the header for warnings. */
export function answerCount(
  response: ServerResponse,
  tokens: number,
  { dialect, encodeCount, requestId, capture }: CountInput,
): void {
  const body = Buffer.from(JSON.stringify(encodeCount(tokens)));
  const own = [WARNINGS_HEADER, ESTIMATED];
  response.writeHead(200, translatedHeaders(dialect, requestId, body.length, own));
  capture?.takeResponse(body);
  response.end(body);
}

/** Whether an attempt to have the provider count ended for such a status. */
export function cannotCountHere(end: EarlyEnd): boolean {
  return end.reason === 'status' && CANNOT_COUNT.has(end.status);
}
