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
  GATEWAY_OVERLOADED: {
    meaning: 'Too many requests at once.',
    remedy: 'Retry in a moment.',
    exit: EXIT.busy,
  },
} as const satisfies Record<string, ErrorCode>;
