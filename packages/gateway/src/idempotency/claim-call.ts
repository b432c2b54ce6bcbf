import { failed, ok, type Result } from '@postern/kernel';
import type { Shares } from '../admit/shares.ts';
import type { RequestHead } from '../admit/request-head.ts';
import type { RequestBody } from '../body/request-body.ts';
import type { Turns } from '../body/turns.ts';
import type { GatewayFailure } from '../failure.ts';
import type { Warning } from '../headers/warnings-header.ts';
import type { GatewayDeps, Grant } from '../ports.ts';
import { forwardedQuery } from '../route/forwarded-query.ts';
import type { CallRoute } from '../route/routes.ts';
import { ClaimedCall } from './claimed-call.ts';
import type { ClaimRequest, Repetition } from './idempotent-calls.ts';
import { idempotencyKeyIn, idempotencyName, requestFingerprint } from './request-fingerprint.ts';

export interface IdempotentRequest {
  readonly requestId: string;
  readonly grant: Grant;
  readonly head: RequestHead;
  readonly route: CallRoute;
  readonly query: string;
  readonly body: RequestBody;
}

/** A call that runs, recorded or not, or the answer of the one that ran before. */
export type ClaimResult =
  { readonly state: 'first'; readonly call: ClaimedCall | undefined } | Repetition;

const NOT_CLAIMED: Result<ClaimResult, never> = ok({ state: 'first', call: undefined });

/**
 * Claims a call with an idempotency key, if its gateway key records answers. Streams and token counts aren't
 * recorded.
 */
export async function claimCall(
  { idempotency: store }: Pick<GatewayDeps, 'idempotency'>,
  request: IdempotentRequest,
  { bodyMemory: memory, turns }: { readonly bodyMemory: Shares; readonly turns: Turns },
): Promise<Result<ClaimResult, GatewayFailure>> {
  const { grant, head, route, query, body, requestId } = request;
  const { idempotencyMs: windowMs, keyId } = grant;
  if (windowMs === undefined || route.encodeCount !== undefined) return NOT_CLAIMED;
  const text = idempotencyKeyIn(head.forwarded);
  if (!text.ok) return text;
  if (text.value === undefined || body.stream !== undefined) return NOT_CLAIMED;
  const endpoint = `${route.dialect.id} ${route.endpoint}`;
  const hashed = { endpoint, query: forwardedQuery(query), body: body.bytes };
  const fingerprint = await requestFingerprint(hashed, turns);
  const claim: ClaimRequest = { keyId, name: idempotencyName(text.value), fingerprint, requestId };
  const claimed = await store.claim(claim);
  if (!claimed.ok) {
    const isLocked = claimed.failure.reason === 'locked';
    return failed({ reason: isLocked ? 'vault-locked' : 'store-unavailable' });
  }
  switch (claimed.value.state) {
    case 'first':
      return ok({
        state: 'first',
        call: new ClaimedCall({ store, memory, claim, windowMs }),
      });
    case 'repeated':
      return ok(claimed.value);
    case 'running':
      return failed({ reason: 'idempotency-running' });
    case 'different':
      return failed({ reason: 'idempotency-different' });
  }
}

const STREAMED: Warning = {
  kind: 'dropped',
  path: 'idempotency-key',
  message: 'a stream is not recorded, so a repetition of the request runs again',
};

/** What the response says about an idempotency key that has no effect. */
export function idempotencyWarnings({
  grant,
  head,
  body,
}: Pick<IdempotentRequest, 'grant' | 'head' | 'body'>): readonly Warning[] {
  const isAsked = grant.idempotencyMs !== undefined && body.stream !== undefined;
  if (!isAsked) return [];
  const text = idempotencyKeyIn(head.forwarded);
  return text.ok && text.value === undefined ? [] : [STREAMED];
}
