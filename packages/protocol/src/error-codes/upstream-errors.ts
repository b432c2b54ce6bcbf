import { EXIT, type ErrorCode } from './error-code.ts';

export const UPSTREAM_ERRORS = {
  PROVIDER_UNKNOWN: {
    meaning: 'There is no provider of that name.',
    remedy: 'Choose one of the list in the settings, or add the endpoint there.',
    exit: EXIT.notFound,
  },
  PROVIDER_NAME_TAKEN: {
    meaning: 'A provider of that name exists already.',
    remedy: 'Choose another name, or remove the other one first.',
    exit: EXIT.usage,
  },
  UPSTREAM_NO_KEY: {
    meaning: 'There is no key for that provider in the vault.',
    remedy: 'Add one in the settings, or: postern secret set NAME.',
    exit: EXIT.notFound,
  },
  UPSTREAM_INSECURE: {
    meaning: 'The address is plain HTTP and its host is not loopback or named as local.',
    remedy: 'Use https://, or list the host under localHosts in config.json.',
    exit: EXIT.usage,
  },
  UPSTREAM_ADDRESS_INVALID: {
    meaning: 'The address of the endpoint is not a plain http:// or https:// URL.',
    remedy: 'Write it as https://host/path, without user name, query or fragment.',
    exit: EXIT.usage,
  },
  UPSTREAM_KEY_REFUSED: {
    meaning: 'The provider does not accept the key.',
    remedy: 'Check or replace the key in the settings.',
    exit: EXIT.upstream,
  },
  UPSTREAM_PLAN_TOKEN: {
    meaning: 'The stored value is a subscription token, which Postern does not send on.',
    remedy: 'Store an API key of the provider instead.',
    exit: EXIT.usage,
  },
  UPSTREAM_FORBIDDEN: {
    meaning: 'The provider does not allow this request with this key.',
    remedy: "Check the key's permissions at the provider.",
    exit: EXIT.upstream,
  },
  UPSTREAM_BILLING: {
    meaning: 'The account at the provider has no credit left.',
    remedy: 'Add credit at the provider.',
    exit: EXIT.upstream,
  },
  UPSTREAM_NOT_FOUND: {
    meaning: 'The provider does not know the model or the path.',
    remedy: 'Choose another model, or check the address of the endpoint.',
    exit: EXIT.upstream,
  },
  UPSTREAM_REQUEST_REFUSED: {
    meaning: 'The provider refused the request as it was sent.',
    remedy: "Read the provider's message beside this one.",
    exit: EXIT.upstream,
  },
  UPSTREAM_TOO_LARGE: {
    meaning: 'The provider refused the request because of its size.',
    remedy: 'Start a new conversation or send less.',
    exit: EXIT.upstream,
  },
  UPSTREAM_RATE_LIMITED: {
    meaning: 'The provider limits the rate of requests.',
    remedy: 'Wait a moment and retry.',
    exit: EXIT.upstream,
  },
  UPSTREAM_OVERLOADED: {
    meaning: 'The provider is overloaded.',
    remedy: 'Retry in a moment, or choose another model.',
    exit: EXIT.upstream,
  },
  UPSTREAM_FAULT: {
    meaning: 'The provider failed.',
    remedy: 'Retry in a moment.',
    exit: EXIT.upstream,
  },
  UPSTREAM_UNREACHABLE: {
    meaning: 'The provider cannot be reached.',
    remedy: 'Check the network, the address and the proxy.',
    exit: EXIT.upstream,
  },
  UPSTREAM_PROXY: {
    meaning: 'The proxy cannot be used or refused the connection.',
    remedy: 'Check proxy in config.json, its password in the vault, and the proxy itself.',
    exit: EXIT.upstream,
  },
  UPSTREAM_REDIRECTED: {
    meaning: 'The provider answered with a redirect, and Postern follows none.',
    remedy: 'Give the endpoint the address that it redirects to.',
    exit: EXIT.upstream,
  },
  UPSTREAM_CERTIFICATE: {
    meaning: "The provider's certificate is not valid for its name.",
    remedy: 'Check the address and the date of this machine; no setting turns the check off.',
    exit: EXIT.upstream,
  },
  UPSTREAM_TIMEOUT: {
    meaning: 'The provider did not answer in time.',
    remedy: 'Retry in a moment.',
    exit: EXIT.upstream,
  },
  UPSTREAM_CUT: {
    meaning: 'The answer was cut off; what had arrived is kept.',
    remedy: 'Retry the answer.',
    exit: EXIT.upstream,
  },
  UPSTREAM_MALFORMED: {
    meaning: 'The provider sent something that is not an answer.',
    remedy: 'Check the address and the dialect of the endpoint.',
    exit: EXIT.upstream,
  },
  REQUEST_CANCELLED: {
    meaning: 'The request was stopped.',
    remedy: 'Retry when you want the answer.',
    exit: EXIT.failure,
  },
} as const satisfies Record<string, ErrorCode>;
