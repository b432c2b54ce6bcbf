import { problem, type ErrorCodeName, type Problem } from '@postern/protocol';

/** Why an upstream could not be configured, reached or read. Carries no secret and nothing sent. */
export type UpstreamFailure =
  /** The base URL is no plain `http(s)://host[:port][/path]`. */
  | { readonly reason: 'address-invalid'; readonly provider: string }
  /** Plain HTTP to a host that is neither loopback nor named as local. */
  | { readonly reason: 'address-insecure'; readonly provider: string; readonly host: string }
  /** A named endpoint lacks what no default can give. */
  | {
      readonly reason: 'endpoint-incomplete';
      readonly provider: string;
      readonly field: 'dialect' | 'baseUrl';
    }
  /** The configuration gives a built-in provider what only a new endpoint can have. */
  | { readonly reason: 'provider-fixed'; readonly provider: string; readonly field: string }
  | { readonly reason: 'key-missing'; readonly provider: string }
  /** A Claude.ai plan token, which is never used as an upstream key. */
  | { readonly reason: 'plan-token'; readonly provider: string }
  /** The key holds characters that no HTTP header can carry. */
  | { readonly reason: 'key-unsendable'; readonly provider: string }
  | { readonly reason: 'unreachable'; readonly why: Unreachable }
  | { readonly reason: 'certificate'; readonly why: CertificateFault }
  /** The configured proxy is no plain `http(s)://host[:port]`. */
  | { readonly reason: 'proxy-invalid' }
  /** The proxy wants a password, and the vault that holds it is not open or has none. */
  | { readonly reason: 'proxy-password-missing' }
  /** `status`: what the proxy answered to CONNECT; undefined where it broke off. */
  | { readonly reason: 'proxy-failed'; readonly status: number | undefined }
  | { readonly reason: 'timeout'; readonly waitingFor: 'connection' | 'head' | 'body' }
  /** The upstream answered with a redirect; none is followed. */
  | { readonly reason: 'redirected'; readonly status: number }
  /** The answer ended before it was whole. */
  | { readonly reason: 'cut' }
  /** What came is not HTTP, or its head is over 16 KiB. */
  | { readonly reason: 'malformed' }
  /** The answer is compressed, although it was asked for as it is. */
  | { readonly reason: 'compressed' }
  | { readonly reason: 'too-large'; readonly maxBytes: number }
  | { readonly reason: 'cancelled' };

export type Unreachable =
  | 'name-unknown'
  | 'refused'
  | 'no-route'
  /** The connection was closed before an answer began. */
  | 'closed'
  /** The other side does not speak TLS, or none that we accept. */
  | 'tls'
  | 'other';

export type CertificateFault = 'expired' | 'not-yet-valid' | 'wrong-host' | 'untrusted' | 'other';

/** What a failure means outwardly; every boundary of the product speaks it through this. */
export function describeUpstreamFailure(failure: UpstreamFailure): Problem {
  return problem(codeOf(failure), detailOf(failure));
}

const CODES = {
  'address-invalid': 'UPSTREAM_ADDRESS_INVALID',
  'address-insecure': 'UPSTREAM_INSECURE',
  'endpoint-incomplete': 'CONFIG_INVALID',
  'provider-fixed': 'CONFIG_INVALID',
  'key-missing': 'UPSTREAM_NO_KEY',
  'plan-token': 'UPSTREAM_PLAN_TOKEN',
  'key-unsendable': 'UPSTREAM_KEY_REFUSED',
  unreachable: 'UPSTREAM_UNREACHABLE',
  certificate: 'UPSTREAM_CERTIFICATE',
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
} as const satisfies Record<UpstreamFailure['reason'], ErrorCodeName>;

function codeOf(failure: UpstreamFailure): ErrorCodeName {
  return CODES[failure.reason];
}

const UNREACHABLE: Readonly<Record<Unreachable, string>> = {
  'name-unknown': "The provider's host name can't be resolved.",
  refused: 'The provider refused the connection.',
  'no-route': 'There is no route to the provider from this network.',
  closed: 'The provider closed the connection without responding.',
  tls: "The provider doesn't support TLS 1.2 or newer at that address.",
  other: "Can't reach the provider.",
};

const CERTIFICATE: Readonly<Record<CertificateFault, string>> = {
  expired: "The provider's certificate has expired.",
  'not-yet-valid': "The provider's certificate isn't valid yet.",
  'wrong-host': "The provider's certificate is for another host.",
  untrusted: "The provider's certificate isn't signed by an authority that this machine trusts.",
  other: "The provider's certificate isn't valid.",
};

const WAITING: Readonly<Record<'connection' | 'head' | 'body', string>> = {
  connection: 'Timed out connecting to the provider.',
  head: "The provider didn't start to respond in time.",
  body: 'The provider stopped sending in the middle of its response.',
};

function detailOf(failure: UpstreamFailure): string | undefined {
  switch (failure.reason) {
    case 'unreachable':
      return UNREACHABLE[failure.why];
    case 'certificate':
      return CERTIFICATE[failure.why];
    case 'proxy-invalid':
      return "The configured proxy isn't a plain http:// or https:// address.";
    case 'proxy-password-missing':
      return "The proxy's password isn't in the vault, or the vault is locked.";
    case 'compressed':
      return "The provider sent a compressed response, which Postern didn't ask for.";
    case 'proxy-failed':
      return proxyDetail(failure.status);
    case 'timeout':
      return WAITING[failure.waitingFor];
    default:
      return 'provider' in failure ? providerDetail(failure) : undefined;
  }
}

type ProviderFailure = Extract<UpstreamFailure, { readonly provider: string }>;

function providerDetail(failure: ProviderFailure): string | undefined {
  const { provider } = failure;
  switch (failure.reason) {
    case 'address-invalid':
      return `The address of ${provider} isn't a plain http:// or https:// URL.`;
    case 'address-insecure':
      return `The address of ${provider} uses plain HTTP, and ${failure.host} is neither loopback nor listed as local.`;
    case 'endpoint-incomplete':
      return `The endpoint ${provider} needs "${failure.field}".`;
    case 'provider-fixed':
      return `"${failure.field}" of the built-in provider ${provider} can't be changed.`;
    case 'key-missing':
      return `The vault has no key for ${provider}.`;
    case 'key-unsendable':
      return `The key stored for ${provider} contains invalid characters.`;
    case 'plan-token':
      return undefined;
  }
}

function proxyDetail(status: number | undefined): string {
  if (status === undefined) return "Can't reach the proxy, or it closed the connection.";
  if (status === 407) return 'The proxy rejected the user name and password.';
  return `The proxy refused to connect with status ${status}.`;
}
