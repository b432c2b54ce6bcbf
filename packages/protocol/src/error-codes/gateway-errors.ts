import { EXIT, type ErrorCode } from './error-code.ts';

export const GATEWAY_ERRORS = {
  GATEWAY_KEY_REQUIRED: {
    meaning: 'The request carries no valid Postern key.',
    remedy: 'Make one: postern key create NAME.',
    exit: EXIT.denied,
  },
  GATEWAY_KEY_NOT_FOUND: {
    meaning: 'There is no gateway key of that name or id.',
    remedy: 'List them: postern key list.',
    exit: EXIT.notFound,
  },
  GATEWAY_MODEL_UNKNOWN: {
    meaning: 'No provider is configured for that model in this dialect.',
    remedy: 'Name it as provider/model; see GET /v1/models.',
    exit: EXIT.notFound,
  },
  GATEWAY_TRANSLATION_UNAVAILABLE: {
    meaning: 'The provider of that model speaks another dialect, and translation is not available.',
    remedy: "Call the endpoint of that provider's own dialect, or choose another model.",
    exit: EXIT.usage,
  },
  GATEWAY_KEY_NAME_TAKEN: {
    meaning: 'There is a gateway key of that name already.',
    remedy: 'Choose another name, or revoke the other one first.',
    exit: EXIT.usage,
  },
  GATEWAY_KEY_NAME_INVALID: {
    meaning: 'The name is not one that a gateway key can have.',
    remedy: 'Begin with a letter or digit; then letters, digits, spaces and . _ - @, at most 64.',
    exit: EXIT.usage,
  },
  GATEWAY_STOPPING: {
    meaning: 'Postern is stopping and takes no new requests.',
    remedy: 'Retry in a moment.',
    exit: EXIT.unavailable,
  },
  GATEWAY_STORE_UNAVAILABLE: {
    meaning: 'Keys cannot be checked or use cannot be recorded, so nothing is passed on.',
    remedy: 'Look at the disk and the log of Postern, then retry.',
    exit: EXIT.storage,
  },
  GATEWAY_VAULT_UNAVAILABLE: {
    meaning: 'The vault cannot be read.',
    remedy: 'Run postern status for the reason.',
    exit: EXIT.unavailable,
  },
  GATEWAY_OVERLOADED: {
    meaning: 'Too many requests at once.',
    remedy: 'Retry in a moment.',
    exit: EXIT.busy,
  },
} as const satisfies Record<string, ErrorCode>;
