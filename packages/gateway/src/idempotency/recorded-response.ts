import type { ServerResponse } from 'node:http';
import type { BodyCapture } from '../debug/body-capture.ts';
import { answerHeaders } from '../headers/answer-headers.ts';
import { WARNINGS_HEADER } from '../headers/warnings-header.ts';
import type { GatewayDeps, Grant } from '../ports.ts';
import type { CallRoute } from '../route/routes.ts';
import type { Repetition } from './idempotent-calls.ts';

export interface RepeatedCall {
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly grant: Pick<Grant, 'keyId'>;
  readonly route: Pick<CallRoute, 'dialect'>;
  readonly capture: BodyCapture | undefined;
}

/** Says that a response is the recorded one of an earlier request. */
export const REPLAYED_HEADER = 'idempotent-replayed';

/** The headers that are recorded. Others are those of the repetition itself: its id, its limits, its origin. */
const RECORDED: ReadonlySet<string> = new Set(['content-type', WARNINGS_HEADER]);

/** @param fields Names in lower case and values, alternating. */
export function recordedFields(fields: readonly string[]): readonly string[] {
  return fields.filter((_, at) => RECORDED.has(fields[at - (at % 2)] ?? ''));
}

/** Responds with the recorded answer of the first request. */
export function sendRepetition(
  { onRepeated }: Pick<GatewayDeps, 'onRepeated'>,
  { response, requestId, grant, route, capture }: RepeatedCall,
  { answer: { status, fields, body }, firstId }: Repetition,
): void {
  const head = { 'content-length': String(body.length) };
  const own = answerHeaders(head, route.dialect, requestId);
  response.writeHead(status, [...own, ...fields, REPLAYED_HEADER, 'true']);
  capture?.takeResponse(body);
  response.end(body);
  onRepeated?.({ requestId, keyId: grant.keyId, firstId });
}
