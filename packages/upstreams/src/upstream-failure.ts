import {
  problem,
  problemSaying,
  type ErrorCodeName,
  type ErrorSentence,
  type Problem,
  type SentenceValues,
} from '@postern/protocol';

/** Why an upstream couldn't be configured, reached or read. Contains no secret and nothing that was sent. */
export type UpstreamFailure =
  /** The base URL isn't a plain `http(s)://host[:port][/path]`. */
  | { readonly reason: 'address-invalid'; readonly provider: string }
  /** Plain HTTP to a host that is neither loopback nor listed as local. */
  | { readonly reason: 'address-insecure'; readonly provider: string; readonly host: string }
  /** An address on this machine's network, whose host isn't listed as local. */
  | { readonly reason: 'address-private'; readonly provider?: string; readonly host?: string }
  /** An address that no provider has, such as a cloud's metadata service. */
  | { readonly reason: 'address-forbidden'; readonly provider?: string; readonly host?: string }
  /** Only local providers are allowed, and this one isn't on this machine and its host isn't listed as local. */
  | { readonly reason: 'not-local'; readonly provider: string }
  /** The file with the provider's own authority. `why` names it. */
  | { readonly reason: 'ca-unusable'; readonly provider: string; readonly why: string }
  /** A pin without a second one for a backup key would end the service when the key changes. */
  | { readonly reason: 'pins-too-few'; readonly provider: string }
  /** A user's own endpoint lacks a required field. */
  | {
      readonly reason: 'endpoint-incomplete';
      readonly provider: string;
      readonly field: 'dialect' | 'baseUrl';
    }
  /** The configuration sets a field of a built-in provider that only a new endpoint can have. */
  | { readonly reason: 'provider-fixed'; readonly provider: string; readonly field: string }
  | { readonly reason: 'key-missing'; readonly provider: string }
  /** A Claude.ai plan token, which is never used as an upstream key. */
  | { readonly reason: 'plan-token'; readonly provider: string }
  /** The key contains characters that aren't allowed in an HTTP header. */
  | { readonly reason: 'key-unsendable'; readonly provider: string }
  | { readonly reason: 'unreachable'; readonly why: Unreachable }
  | { readonly reason: 'certificate'; readonly why: CertificateFault }
  /** The configured proxy isn't a plain `http(s)://host[:port]`. */
  | { readonly reason: 'proxy-invalid' }
  /** The proxy needs a password, and the vault is locked or has none. */
  | { readonly reason: 'proxy-password-missing' }
  /** `status`: the proxy's response to CONNECT; undefined if it closed the connection. */
  | { readonly reason: 'proxy-failed'; readonly status: number | undefined }
  | { readonly reason: 'timeout'; readonly waitingFor: 'connection' | 'head' | 'body' }
  /** The upstream responded with a redirect, which Postern doesn't follow. */
  | { readonly reason: 'redirected'; readonly status: number }
  /** The response ended before it was complete. */
  | { readonly reason: 'cut' }
  /** The response isn't HTTP, or its head is over 16 KiB. */
  | { readonly reason: 'malformed' }
  /** The response is compressed, although the request didn't allow that. */
  | { readonly reason: 'compressed' }
  | { readonly reason: 'too-large'; readonly maxBytes: number }
  | { readonly reason: 'cancelled' };

export type Unreachable =
  | 'name-unknown'
  | 'refused'
  | 'no-route'
  /** The connection was closed before a response began. */
  | 'closed'
  /** The server doesn't support TLS, or no version that Postern accepts. */
  | 'tls'
  /** The server supports only HTTP/2. */
  | 'http2-only'
  | 'other';

export type CertificateFault =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-host'
  | 'untrusted'
  /** None of the pinned keys. */
  | 'not-pinned'
  | 'other';

/** Maps a failure to a problem. Every boundary uses this function. */
export function describeUpstreamFailure(failure: UpstreamFailure): Problem {
  const said = detailOf(failure);
  return said === undefined ? problem(codeOf(failure)) : problemSaying(codeOf(failure), ...said);
}

const CODES = {
  'address-invalid': 'UPSTREAM_ADDRESS_INVALID',
  'address-insecure': 'UPSTREAM_INSECURE',
  'address-private': 'UPSTREAM_ADDRESS_PRIVATE',
  'address-forbidden': 'UPSTREAM_ADDRESS_FORBIDDEN',
  'not-local': 'UPSTREAM_NOT_LOCAL',
  'ca-unusable': 'UPSTREAM_CA_UNUSABLE',
  'pins-too-few': 'UPSTREAM_PINS_TOO_FEW',
  'endpoint-incomplete': 'CONFIG_INVALID',
  'provider-fixed': 'CONFIG_INVALID',
  'key-missing': 'UPSTREAM_NO_KEY',
  'plan-token': 'UPSTREAM_PLAN_TOKEN',
  'key-unsendable': 'UPSTREAM_KEY_REFUSED',
  'proxy-invalid': 'UPSTREAM_PROXY',
  'proxy-password-missing': 'UPSTREAM_PROXY',
  'proxy-failed': 'UPSTREAM_PROXY',
  timeout: 'UPSTREAM_TIMEOUT',
  redirected: 'UPSTREAM_REDIRECTED',
  cut: 'UPSTREAM_CUT',
  malformed: 'UPSTREAM_MALFORMED',
  compressed: 'UPSTREAM_MALFORMED',
  'too-large': 'UPSTREAM_MALFORMED',
  cancelled: 'REQUEST_CANCELLED',
} as const satisfies Record<
  Exclude<UpstreamFailure['reason'], 'certificate' | 'unreachable'>,
  ErrorCodeName
>;

const CERTIFICATE_CODES = {
  expired: 'UPSTREAM_CERTIFICATE_EXPIRED',
  'not-yet-valid': 'UPSTREAM_CERTIFICATE',
  'wrong-host': 'UPSTREAM_CERTIFICATE_HOST',
  untrusted: 'UPSTREAM_CERTIFICATE_UNTRUSTED',
  'not-pinned': 'UPSTREAM_PIN_MISMATCH',
  other: 'UPSTREAM_CERTIFICATE',
} as const satisfies Record<CertificateFault, ErrorCodeName>;

function codeOf(failure: UpstreamFailure): ErrorCodeName {
  switch (failure.reason) {
    case 'certificate':
      return CERTIFICATE_CODES[failure.why];
    case 'unreachable':
      return failure.why === 'http2-only' ? 'UPSTREAM_HTTP2_ONLY' : 'UPSTREAM_UNREACHABLE';
    default:
      return CODES[failure.reason];
  }
}

const UNREACHABLE: Readonly<Record<Unreachable, ErrorSentence>> = {
  'name-unknown': "The provider's host name can't be resolved.",
  refused: 'The provider refused the connection.',
  'no-route': 'There is no route to the provider from this network.',
  closed: 'The provider closed the connection without responding.',
  tls: "The provider doesn't support TLS 1.2 or newer at that address.",
  'http2-only': 'The provider speaks only HTTP/2 at that address.',
  other: "Can't reach the provider.",
};

const CERTIFICATE: Readonly<Record<CertificateFault, ErrorSentence>> = {
  expired: "The provider's certificate has expired.",
  'not-yet-valid': "The provider's certificate isn't valid yet.",
  'wrong-host': "The provider's certificate is for another host.",
  untrusted: "The provider's certificate isn't signed by an authority that this machine trusts.",
  'not-pinned': "The provider's certificate has none of the pinned keys.",
  other: "The provider's certificate isn't valid.",
};

const WAITING: Readonly<Record<'connection' | 'head' | 'body', ErrorSentence>> = {
  connection: 'Timed out connecting to the provider.',
  head: "The provider didn't start to respond in time.",
  body: 'The provider stopped sending in the middle of its response.',
};

type Said = readonly [sentence: ErrorSentence, values?: SentenceValues];

function detailOf(failure: UpstreamFailure): Said | undefined {
  switch (failure.reason) {
    case 'unreachable':
      return [UNREACHABLE[failure.why]];
    case 'certificate':
      return [CERTIFICATE[failure.why]];
    case 'proxy-invalid':
      return ["The configured proxy isn't a plain http:// or https:// address."];
    case 'proxy-password-missing':
      return ["The proxy's password isn't in the vault, or the vault is locked."];
    case 'compressed':
      return ["The provider sent a compressed response, which Postern didn't ask for."];
    case 'proxy-failed':
      return proxyDetail(failure.status);
    case 'timeout':
      return [WAITING[failure.waitingFor]];
    case 'address-private':
    case 'address-forbidden':
      return rangeDetail(failure);
    default:
      return 'provider' in failure ? providerDetail(failure) : undefined;
  }
}

type RangeFailure = Extract<
  UpstreamFailure,
  { readonly reason: `address-${'private' | 'forbidden'}` }
>;

function rangeDetail({ reason, provider, host }: RangeFailure): Said | undefined {
  if (provider === undefined || host === undefined) return undefined;
  return reason === 'address-private'
    ? [
        "The address of {provider} is on a private network, and {host} isn't listed as local.",
        { provider, host },
      ]
    : ['The address of {provider} is {host}, which Postern never connects to.', { provider, host }];
}

type ProviderFailure = Exclude<
  Extract<UpstreamFailure, { readonly provider: string }>,
  RangeFailure
>;

function providerDetail(failure: ProviderFailure): Said | undefined {
  if (failure.reason === 'plan-token') return undefined;
  const { reason, ...values } = failure;
  return [PROVIDER_SENTENCES[reason], values];
}

/** With the fields of the failure as values. */
const PROVIDER_SENTENCES = {
  'address-invalid': "The address of {provider} isn't a plain http:// or https:// URL.",
  'address-insecure':
    'The address of {provider} uses plain HTTP, and {host} is neither loopback nor listed as local.',
  'not-local':
    'Only local models are allowed, and {provider} is neither on this machine nor trusted.',
  'ca-unusable': "Can't use the authority of {provider}: {why}.",
  'pins-too-few': 'The provider {provider} needs at least two different pins.',
  'endpoint-incomplete': 'The endpoint {provider} needs "{field}".',
  'provider-fixed': '"{field}" of the built-in provider {provider} can\'t be changed.',
  'key-missing': 'The vault has no key for {provider}.',
  'key-unsendable': 'The key stored for {provider} contains invalid characters.',
} as const satisfies Record<Exclude<ProviderFailure['reason'], 'plan-token'>, ErrorSentence>;

function proxyDetail(status: number | undefined): Said {
  if (status === undefined) return ["Can't reach the proxy, or it closed the connection."];
  if (status === 407) return ['The proxy rejected the user name and password.'];
  return ['The proxy refused to connect with status {status}.', { status }];
}
