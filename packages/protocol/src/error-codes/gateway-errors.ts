import { EXIT, type ErrorCode } from './error-code.ts';

export const GATEWAY_ERRORS = {
  GATEWAY_KEY_REQUIRED: {
    meaning: 'The gateway key is missing or invalid.',
    remedy: 'Create one: postern key create NAME --all-models.',
    exit: EXIT.denied,
  },
  GATEWAY_KEY_REVOKED: {
    meaning: 'A revoked gateway key was used.',
    remedy: 'Only the audit log says so; the client got GATEWAY_KEY_REQUIRED. Give it a new key.',
    exit: EXIT.denied,
  },
  GATEWAY_KEY_DISABLED: {
    meaning: 'A disabled gateway key was used.',
    remedy:
      'Only the audit log says so; the client got GATEWAY_KEY_REQUIRED. To enable it: postern key enable ID.',
    exit: EXIT.denied,
  },
  GATEWAY_KEY_EXPIRED: {
    meaning: 'An expired gateway key was used.',
    remedy:
      'Only the audit log says so; the client got GATEWAY_KEY_REQUIRED. To extend it: postern key update ID --expires 30d.',
    exit: EXIT.denied,
  },
  GATEWAY_KEY_ROTATED: {
    meaning: 'The old token of a rotated gateway key was used after the grace period.',
    remedy:
      'Only the audit log says so; the client got GATEWAY_KEY_REQUIRED. Give it the new token of the key.',
    exit: EXIT.denied,
  },
  GATEWAY_ADDRESS_REFUSED: {
    meaning: "A gateway key was used from an address that it doesn't allow.",
    remedy:
      'Only the audit log says so; the client got GATEWAY_KEY_REQUIRED. To allow it: postern key update ID --address RANGE.',
    exit: EXIT.denied,
  },
  GATEWAY_ENDPOINT_REFUSED: {
    meaning: "The gateway key doesn't allow this endpoint.",
    remedy: 'Use another key, or allow it: postern key update ID --endpoint NAME.',
    exit: EXIT.denied,
  },
  GATEWAY_MODEL_REFUSED: {
    meaning: "A gateway key was used for a model that it doesn't allow.",
    remedy:
      'Only the audit log says so; the client got GATEWAY_MODEL_UNKNOWN. To allow it: postern key update ID --model NAME.',
    exit: EXIT.denied,
  },
  GATEWAY_UPSTREAM_REFUSED: {
    meaning: "A gateway key was used for a provider that it doesn't allow.",
    remedy:
      'Only the audit log says so; the client got GATEWAY_MODEL_UNKNOWN. To allow it: postern key update ID --upstream NAME.',
    exit: EXIT.denied,
  },
  GATEWAY_KEY_NOT_FOUND: {
    meaning: 'No gateway key has that name or id.',
    remedy: 'List the keys: postern key list.',
    exit: EXIT.notFound,
  },
  GATEWAY_MODEL_UNKNOWN: {
    meaning: 'No provider is configured for that model.',
    remedy: 'Write it as provider/model; GET /v1/models lists the models.',
    exit: EXIT.notFound,
  },
  GATEWAY_TRANSLATION_UNAVAILABLE: {
    meaning:
      "The model's provider speaks another dialect, which has no equivalent for a field of the request.",
    remedy:
      "Remove the field, call the endpoint of the provider's own dialect, or choose another model.",
    exit: EXIT.usage,
  },
  GATEWAY_KEY_NAME_TAKEN: {
    meaning: 'A gateway key with that name already exists.',
    remedy: 'Choose another name, or revoke the existing key first.',
    exit: EXIT.usage,
  },
  GATEWAY_KEY_NAME_INVALID: {
    meaning: 'Invalid gateway key name.',
    remedy:
      'Start with a letter or digit, and use up to 64 letters, digits, spaces and . _ - @ characters.',
    exit: EXIT.usage,
  },
  GATEWAY_KEY_TEXT_INVALID: {
    meaning:
      "An imported key isn't 16 to 512 visible ASCII characters, or begins with sk-postern-.",
    remedy: 'Create a new key for its client: postern key create NAME --all-models.',
    exit: EXIT.usage,
  },
  GATEWAY_KEY_TEXT_WEAK: {
    meaning: 'An imported key is so short or so regular that it could be guessed.',
    remedy: 'Create a new key for its client, or import it nevertheless with --force.',
    exit: EXIT.usage,
  },
  GATEWAY_KEY_TEXT_TAKEN: {
    meaning: 'A gateway key with the same text already exists.',
    remedy: 'List the keys: postern key list.',
    exit: EXIT.usage,
  },
  GATEWAY_KEY_SETTINGS_INVALID: {
    meaning: 'Invalid settings for a gateway key.',
    remedy: 'See postern key create --help for the form of each.',
    exit: EXIT.usage,
  },
  GATEWAY_RATE_LIMITED: {
    meaning: "The key's limit of requests or tokens per minute is used up.",
    remedy: 'Retry after the time in retry-after, or ask for a higher limit.',
    exit: EXIT.busy,
  },
  GATEWAY_KEY_CONCURRENCY: {
    meaning: 'The key has as many running requests as it may have.',
    remedy: 'Retry when one of them has ended, or ask for a higher limit.',
    exit: EXIT.busy,
  },
  GATEWAY_TOTAL_RATE_LIMITED: {
    meaning: 'The limit of requests or tokens per minute for all keys together is used up.',
    remedy: 'Retry after the time in retry-after, or raise gateway.limits in config.json.',
    exit: EXIT.busy,
  },
  GATEWAY_TOTAL_CONCURRENCY: {
    meaning: 'All keys together have as many running requests as they may have.',
    remedy: 'Retry when one of them has ended, or raise gateway.limits.concurrent in config.json.',
    exit: EXIT.busy,
  },
  GATEWAY_IDEMPOTENCY_DIFFERENT: {
    meaning: 'The Idempotency-Key of the request was used for a different request.',
    remedy:
      'Send a new Idempotency-Key with each new request, and the old one only with a repetition.',
    exit: EXIT.usage,
  },
  GATEWAY_IDEMPOTENCY_RUNNING: {
    meaning: 'A request with the same Idempotency-Key still runs.',
    remedy: 'Retry after the time in retry-after; when it has ended, you get its answer.',
    exit: EXIT.busy,
  },
  GATEWAY_BUDGET_SPENT: {
    meaning: "The key's budget doesn't cover the request.",
    remedy: 'Wait for the next budget period, or ask for a higher budget.',
    exit: EXIT.denied,
  },
  GATEWAY_ADDRESS_LIMITED: {
    meaning: 'Too many requests from this address.',
    remedy: 'Retry after the time in retry-after.',
    exit: EXIT.busy,
  },
  PRICES_INVALID: {
    meaning: "The price file can't be read, or its content is invalid.",
    remedy: 'Correct it, or remove gateway.prices from config.json.',
    exit: EXIT.usage,
  },
  GATEWAY_STOPPING: {
    meaning: 'Postern is shutting down and accepts no new requests.',
    remedy: 'Retry in a moment.',
    exit: EXIT.unavailable,
  },
  GATEWAY_STORE_UNAVAILABLE: {
    meaning: "Can't check keys or record usage, so no request is forwarded.",
    remedy: "Check the disk and Postern's log, then retry.",
    exit: EXIT.storage,
  },
  GATEWAY_VAULT_UNAVAILABLE: {
    meaning: "Can't read the vault.",
    remedy: 'Run postern status to see why.',
    exit: EXIT.unavailable,
  },
  GATEWAY_UPSTREAMS_UNAVAILABLE: {
    meaning: "The model's providers failed repeatedly, so they aren't called for some time.",
    remedy:
      'Retry after the time in the header retry-after, or give the model another target in gateway.models.',
    exit: EXIT.unavailable,
  },
  GATEWAY_CREDENTIALS_EXHAUSTED: {
    meaning: "The provider refuses all of the gateway's credentials at the moment.",
    remedy:
      "Retry after the time in the header retry-after. The operator finds the reasons in Postern's log.",
    exit: EXIT.unavailable,
  },
  GATEWAY_OVERLOADED: {
    meaning: 'Too many concurrent requests.',
    remedy: 'Retry in a moment.',
    exit: EXIT.busy,
  },
} as const satisfies Record<string, ErrorCode>;
