import { describeGatewayFailure, type GatewayFailure } from '@postern/gateway';

/** The kinds of requests that a failure can end. `any`: also those that need no key. */
type Requests = 'any' | 'keyed' | 'call' | 'list' | 'model' | 'elsewhere';

type Reason = GatewayFailure['reason'];
type UpstreamFailure = Extract<GatewayFailure, { reason: 'upstream-failed' }>['failure'];

/**
 * Which requests a failure can end. `elsewhere`: only those that the document has no operation for, with another path
 * or method. A new reason doesn't compile until it is here.
 */
const ENDS: Readonly<Record<Reason, readonly Requests[]>> = {
  'target-invalid': ['elsewhere'],
  'host-invalid': ['any'],
  'host-refused': ['any'],
  'origin-refused': ['any'],
  'key-required': ['keyed'],
  'endpoint-refused': ['keyed'],
  'route-unknown': ['elsewhere'],
  'method-not-allowed': ['elsewhere'],
  'body-malformed': ['call'],
  'body-too-deep': ['call'],
  'body-ambiguous': ['call'],
  'body-encoded': ['call'],
  'body-too-large': ['call'],
  'body-slow': ['call'],
  'model-missing': ['call'],
  overloaded: ['call'],
  'rate-limited': ['call'],
  'too-many-concurrent': ['call'],
  'budget-spent': ['call'],
  'address-limited': ['keyed'],
  'idempotency-key-invalid': ['call'],
  'idempotency-different': ['call'],
  'idempotency-running': ['call'],
  draining: ['keyed'],
  'model-unknown': ['call', 'model'],
  'request-untranslatable': ['call'],
  'limit-invalid': ['list'],
  'page-unknown': ['list'],
  'upstream-key-missing': ['call'],
  'vault-locked': ['keyed'],
  'vault-unavailable': ['call'],
  'store-unavailable': ['keyed'],
  'upstream-failed': ['call'],
  'upstreams-resting': ['call'],
  'credentials-exhausted': ['call'],
  'upstream-key-refused': ['call'],
  internal: ['any'],
};

/** The reasons of failures that say more than their reason. */
type WithDetails = {
  [R in Reason]: keyof Extract<GatewayFailure, { reason: R }> extends 'reason' ? never : R;
}[Reason];

const UPSTREAM_FAILURES: readonly UpstreamFailure[] = [
  { reason: 'unreachable', why: 'refused' },
  { reason: 'unreachable', why: 'http2-only' },
  { reason: 'timeout', waitingFor: 'head' },
  { reason: 'certificate', why: 'other' },
  { reason: 'certificate', why: 'expired' },
  { reason: 'certificate', why: 'wrong-host' },
  { reason: 'certificate', why: 'untrusted' },
  { reason: 'certificate', why: 'not-pinned' },
  { reason: 'ca-unusable', provider: 'box', why: '/etc/postern/ca.pem' },
  { reason: 'address-insecure', provider: 'box', host: 'box.example' },
  { reason: 'address-private', provider: 'box', host: 'box.example' },
  { reason: 'address-forbidden', provider: 'box', host: 'box.example' },
  { reason: 'plan-token', provider: 'anthropic' },
  { reason: 'proxy-failed', status: 502 },
  { reason: 'redirected', status: 302 },
  { reason: 'malformed' },
  { reason: 'cut' },
];

const SOON_MS = 1200;
const OWNERS = ['key', 'all-keys'] as const;

/** Examples of the failures that say more than their reason. */
const DETAILED: { readonly [R in WithDetails]: readonly Extract<GatewayFailure, { reason: R }>[] } =
  {
    'route-unknown': [{ reason: 'route-unknown' }],
    'method-not-allowed': [{ reason: 'method-not-allowed', allowed: 'POST' }],
    'body-ambiguous': [{ reason: 'body-ambiguous', field: 'model' }],
    'rate-limited': OWNERS.flatMap((owner) => [
      {
        reason: 'rate-limited',
        owner,
        limit: 'requests',
        retryAfterMs: SOON_MS,
        state: { limit: 60, remaining: 0, resetMs: 60_000 },
      },
      {
        reason: 'rate-limited',
        owner,
        limit: 'tokens',
        retryAfterMs: undefined,
        state: { limit: 1000, remaining: 1000, resetMs: 0 },
      },
    ]),
    'too-many-concurrent': OWNERS.map((owner) => ({ reason: 'too-many-concurrent', owner })),
    'budget-spent': [
      {
        reason: 'budget-spent',
        budget: { amountMicroUsd: 5_000_000, period: 'day' },
        leftMicroUsd: 10_000,
        neededMicroUsd: 40_000,
        resetsAtMs: Date.UTC(2026, 10, 29),
      },
    ],
    'address-limited': [{ reason: 'address-limited', retryAfterMs: SOON_MS }],
    'request-untranslatable': [
      untranslatable('malformed', 'messages[0].content', 'must be a string or a list'),
      untranslatable('unsupported', 'n', 'only one answer can be requested'),
      untranslatable('thread-unsupported', 'thread', 'another server stores the conversation'),
    ],
    'upstream-failed': UPSTREAM_FAILURES.map((failure) => ({ reason: 'upstream-failed', failure })),
    'upstreams-resting': [{ reason: 'upstreams-resting', retryAfterMs: SOON_MS }],
    'credentials-exhausted': [
      { reason: 'credentials-exhausted', retryAfterMs: SOON_MS },
      { reason: 'credentials-exhausted', retryAfterMs: undefined },
    ],
  };

function untranslatable(
  reason: 'malformed' | 'unsupported' | 'thread-unsupported',
  path: string,
  message: string,
): Extract<GatewayFailure, { reason: 'request-untranslatable' }> {
  return { reason: 'request-untranslatable', failure: { reason, path, message } };
}

/** A failure of the gateway, as a client sees it before it is encoded in a dialect. */
export interface FailureExample {
  /** Unique. */
  readonly name: string;
  readonly answer: ReturnType<typeof describeGatewayFailure>;
}

/** Examples of every failure that can end these requests. */
export function failuresOf(requests: readonly Requests[]): readonly FailureExample[] {
  return everyReason()
    .filter((reason) => ENDS[reason].some((ended) => requests.includes(ended)))
    .flatMap((reason) => {
      const failures = examplesOf(reason);
      return failures.map((failure, index) => ({
        name: failures.length === 1 ? reason : `${reason}-${index + 1}`,
        answer: describeGatewayFailure(failure),
      }));
    });
}

function everyReason(): readonly Reason[] {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the keys of a table that can't change
  return Object.keys(ENDS) as readonly Reason[];
}

function examplesOf(reason: Reason): readonly GatewayFailure[] {
  if (hasDetails(reason)) return DETAILED[reason];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the compiler compares at most 25 of the reasons without details
  return [{ reason } as GatewayFailure];
}

function hasDetails(reason: Reason): reason is WithDetails {
  return reason in DETAILED;
}
