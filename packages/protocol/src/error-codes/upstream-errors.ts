import { EXIT, type ErrorCode } from './error-code.ts';

export const UPSTREAM_ERRORS = {
  PROVIDER_UNKNOWN: {
    meaning: 'No provider has that name.',
    remedy: 'Choose one from the list in the settings, or add the endpoint there.',
    exit: EXIT.notFound,
  },
  PROVIDER_NAME_TAKEN: {
    meaning: 'A provider with that name already exists.',
    remedy: 'Choose another name, or remove the existing provider first.',
    exit: EXIT.usage,
  },
  UPSTREAM_NO_KEY: {
    meaning: 'The vault has no key for that provider.',
    remedy: 'Add one in the settings, or run postern secret set NAME.',
    exit: EXIT.notFound,
  },
  UPSTREAM_INSECURE: {
    meaning: 'The address uses plain HTTP, and its host is neither loopback nor listed as local.',
    remedy: 'Use https://, or trust the host: in the settings, or with localHosts in config.json.',
    exit: EXIT.usage,
  },
  UPSTREAM_ADDRESS_INVALID: {
    meaning: "The endpoint's address isn't a plain http:// or https:// URL.",
    remedy: 'Write it as https://host/path, without a user name, query or fragment.',
    exit: EXIT.usage,
  },
  UPSTREAM_ADDRESS_PRIVATE: {
    meaning: "The provider's name leads to a private network, and its host isn't listed as local.",
    remedy:
      'If this is your own server, trust its host: in the settings, or with localHosts in config.json.',
    exit: EXIT.usage,
  },
  UPSTREAM_ADDRESS_FORBIDDEN: {
    meaning:
      'The provider has an address that Postern never connects to, such as that of a metadata service.',
    remedy: "Check the endpoint's address and what your name server returns for its host.",
    exit: EXIT.usage,
  },
  UPSTREAM_NOT_LOCAL: {
    meaning:
      'Only local models are allowed, and this provider is neither on this machine nor trusted.',
    remedy:
      'Choose a local model, or allow other models: in the settings, or with privacy.localModelsOnly.',
    exit: EXIT.denied,
  },
  UPSTREAM_KEY_REFUSED: {
    meaning: 'The provider rejected the key.',
    remedy: 'Check or replace the key in the settings.',
    exit: EXIT.upstream,
  },
  UPSTREAM_PLAN_TOKEN: {
    meaning: "The value is a subscription token, which Postern doesn't forward.",
    remedy: 'Store an API key from the provider instead.',
    exit: EXIT.usage,
  },
  UPSTREAM_FORBIDDEN: {
    meaning: "The provider doesn't allow this request with this key.",
    remedy: "Check the key's permissions at the provider.",
    exit: EXIT.upstream,
  },
  UPSTREAM_BILLING: {
    meaning: 'The account at the provider has no credit left.',
    remedy: 'Add credit at the provider.',
    exit: EXIT.upstream,
  },
  UPSTREAM_NOT_FOUND: {
    meaning: "The provider doesn't know the model or the path.",
    remedy: 'Choose another model, or check the address of the endpoint.',
    exit: EXIT.upstream,
  },
  UPSTREAM_REQUEST_REFUSED: {
    meaning: 'The provider rejected the request.',
    remedy: "See the provider's own message for the reason.",
    exit: EXIT.upstream,
  },
  UPSTREAM_TOO_LARGE: {
    meaning: "The provider rejected the request because it's too large.",
    remedy: 'Start a new conversation or send less.',
    exit: EXIT.upstream,
  },
  UPSTREAM_RATE_LIMITED: {
    meaning: "The provider's rate limit was reached.",
    remedy: 'Wait a moment and retry.',
    exit: EXIT.upstream,
  },
  UPSTREAM_OVERLOADED: {
    meaning: 'The provider is overloaded.',
    remedy: 'Retry in a moment, or choose another model.',
    exit: EXIT.upstream,
  },
  UPSTREAM_FAULT: {
    meaning: 'The provider reported a server error.',
    remedy: 'Retry in a moment.',
    exit: EXIT.upstream,
  },
  UPSTREAM_UNREACHABLE: {
    meaning: "Can't reach the provider.",
    remedy: 'Check the network, the address and the proxy.',
    exit: EXIT.upstream,
  },
  UPSTREAM_PROXY: {
    meaning: "Can't use the proxy, or it refused the connection.",
    remedy: 'Check proxy in config.json, its password in the vault, and the proxy itself.',
    exit: EXIT.upstream,
  },
  UPSTREAM_REDIRECTED: {
    meaning: "The provider responded with a redirect, which Postern doesn't follow.",
    remedy: "Set the endpoint's address to the one that it redirects to.",
    exit: EXIT.upstream,
  },
  UPSTREAM_CERTIFICATE: {
    meaning: "The provider's certificate isn't valid for its host name.",
    remedy: "Check the address and this machine's date; the check can't be turned off.",
    exit: EXIT.upstream,
  },
  UPSTREAM_CERTIFICATE_EXPIRED: {
    meaning: "The provider's certificate has expired.",
    remedy: "Check this machine's date. If it's right, the provider must renew its certificate.",
    exit: EXIT.upstream,
  },
  UPSTREAM_CERTIFICATE_HOST: {
    meaning: "The provider's certificate is for another host.",
    remedy: 'Use the host name that the certificate has in the address of the endpoint.',
    exit: EXIT.upstream,
  },
  UPSTREAM_CERTIFICATE_UNTRUSTED: {
    meaning: "The provider's certificate isn't signed by an authority that Postern trusts.",
    remedy:
      'If the provider has an authority of its own, set tls.ca of the provider to its certificate. Otherwise someone may be reading the connection.',
    exit: EXIT.upstream,
  },
  UPSTREAM_PIN_MISMATCH: {
    meaning: "The provider's certificate has none of the pinned keys.",
    remedy:
      'If the provider has announced a new key, add its pin to tls.pins. Otherwise someone may be reading the connection.',
    exit: EXIT.upstream,
  },
  UPSTREAM_PINS_TOO_FEW: {
    meaning: 'A provider with pins needs at least two different ones.',
    remedy: "Add the pin of a backup key, or of the authority's key, to tls.pins of the provider.",
    exit: EXIT.usage,
  },
  UPSTREAM_CA_UNUSABLE: {
    meaning: "Can't use the file with the provider's authority.",
    remedy: 'Set tls.ca of the provider to the absolute path of a PEM file with its certificate.',
    exit: EXIT.usage,
  },
  UPSTREAM_HTTP2_ONLY: {
    meaning: 'The provider speaks only HTTP/2, and Postern speaks HTTP/1.1 to providers.',
    remedy: 'Turn on HTTP/1.1 at the provider or at the proxy in front of it.',
    exit: EXIT.upstream,
  },
  UPSTREAM_TIMEOUT: {
    meaning: "The provider didn't respond in time.",
    remedy: 'Retry in a moment.',
    exit: EXIT.upstream,
  },
  UPSTREAM_CUT: {
    meaning: "The provider's response ended too early.",
    remedy: 'Try again.',
    exit: EXIT.upstream,
  },
  UPSTREAM_MALFORMED: {
    meaning: 'The provider sent an invalid response.',
    remedy: "Check the endpoint's address and dialect.",
    exit: EXIT.upstream,
  },
  REQUEST_CANCELLED: {
    meaning: 'The request was cancelled.',
    remedy: 'Send it again when you want the answer.',
    exit: EXIT.failure,
  },
} as const satisfies Record<string, ErrorCode>;
