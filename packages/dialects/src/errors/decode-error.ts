import { parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import { ERROR_CODES, type AnswerFailure, type ErrorCodeName } from '@postern/protocol';
import type { HeaderReader } from '../dialect.ts';
import { filledText, listOf, numberOf, objectOf, textOf } from '../json/read-json.ts';
import { providerMessage } from './provider-message.ts';
import { retryAfterMs } from './retry-after.ts';

/** Words that say more than a status, from both dialects: compatible servers mix them. */
const EXACT: ReadonlyMap<JsonValue, ErrorCodeName> = new Map([
  ['authentication_error', 'UPSTREAM_KEY_REFUSED'],
  ['invalid_api_key', 'UPSTREAM_KEY_REFUSED'],
  ['billing_error', 'UPSTREAM_BILLING'],
  ['insufficient_quota', 'UPSTREAM_BILLING'],
  ['billing_hard_limit_reached', 'UPSTREAM_BILLING'],
  ['billing_not_active', 'UPSTREAM_BILLING'],
  ['permission_error', 'UPSTREAM_FORBIDDEN'],
  ['not_found_error', 'UPSTREAM_NOT_FOUND'],
  ['model_not_found', 'UPSTREAM_NOT_FOUND'],
  ['request_too_large', 'UPSTREAM_TOO_LARGE'],
  ['context_length_exceeded', 'UPSTREAM_TOO_LARGE'],
  ['rate_limit_error', 'UPSTREAM_RATE_LIMITED'],
  ['rate_limit_exceeded', 'UPSTREAM_RATE_LIMITED'],
  ['overloaded_error', 'UPSTREAM_OVERLOADED'],
  ['timeout_error', 'UPSTREAM_TIMEOUT'],
]);

/** Words that say something only where there is no status. */
const GENERAL: ReadonlyMap<JsonValue, ErrorCodeName> = new Map([
  ['api_error', 'UPSTREAM_FAULT'],
  ['server_error', 'UPSTREAM_FAULT'],
  ['invalid_request_error', 'UPSTREAM_REQUEST_REFUSED'],
]);

/** Refusals that only their words tell apart from other 400s. */
const BY_MESSAGE: readonly (readonly [RegExp, ErrorCodeName])[] = [
  [/credit balance is too low|insufficient (?:credits|balance|funds)/i, 'UPSTREAM_BILLING'],
  [/prompt is too long|maximum context length|context window/i, 'UPSTREAM_TOO_LARGE'],
];

const BY_STATUS: ReadonlyMap<number, ErrorCodeName> = new Map([
  [401, 'UPSTREAM_KEY_REFUSED'],
  [402, 'UPSTREAM_BILLING'],
  [403, 'UPSTREAM_FORBIDDEN'],
  [404, 'UPSTREAM_NOT_FOUND'],
  [408, 'UPSTREAM_TIMEOUT'],
  [413, 'UPSTREAM_TOO_LARGE'],
  [429, 'UPSTREAM_RATE_LIMITED'],
  [503, 'UPSTREAM_OVERLOADED'],
  [504, 'UPSTREAM_TIMEOUT'],
  [529, 'UPSTREAM_OVERLOADED'],
]);

/**
 * What an answer that is no answer means: by its status, then by what it says more exactly. The message
 * is the provider's own, bounded and without anything that looks like a key, else ours.
 */
export function decodeError(
  status: number,
  headers: HeaderReader,
  bodyText: string,
): AnswerFailure {
  const said = readError(bodyText);
  const code = exactCode(said) ?? codeOfStatus(status);
  const wait = retryAfterMs(headers);
  return {
    code,
    message: messageOf(said, code),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
}

/** An error that came as an event inside a stream, in either dialect's form. */
export function decodeStreamError(event: JsonObject): AnswerFailure {
  const said = readErrorValue(event);
  const status = numberOf(said.code) ?? numberOf(event['status_code']);
  const general = wordIn(GENERAL, said) ?? 'UPSTREAM_FAULT';
  const code = exactCode(said) ?? (status === undefined ? general : codeOfStatus(status));
  return { code, message: messageOf(said, code) };
}

interface SaidError {
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly code: JsonValue | undefined;
}

const SAID_NOTHING: SaidError = { message: undefined, type: undefined, code: undefined };

function readError(bodyText: string): SaidError {
  const parsed = parseJson(bodyText);
  if (parsed.ok) return readErrorValue(parsed.value);
  const isPage = /^\s*</.test(bodyText);
  return isPage ? SAID_NOTHING : { ...SAID_NOTHING, message: bodyText };
}

/** `{error: {message}}`, `{error: "…"}`, `{message}`, `{detail}`, and a list of one of these. */
function readErrorValue(value: JsonValue): SaidError {
  const body = objectOf(value) ?? objectOf(listOf(value)?.[0]) ?? {};
  const error = objectOf(body['error']) ?? body;
  return {
    message:
      filledText(error['message']) ??
      filledText(body['error']) ??
      filledText(body['message']) ??
      filledText(body['detail']),
    type: textOf(error['type']),
    code: error['code'],
  };
}

/** A code that says more than the status does. */
function exactCode(said: SaidError): ErrorCodeName | undefined {
  const message = said.message ?? '';
  return wordIn(EXACT, said) ?? BY_MESSAGE.find(([words]) => words.test(message))?.[1];
}

function wordIn(
  words: ReadonlyMap<JsonValue, ErrorCodeName>,
  { code, type }: SaidError,
): ErrorCodeName | undefined {
  return words.get(code ?? null) ?? words.get(type ?? null);
}

function codeOfStatus(status: number): ErrorCodeName {
  const known = BY_STATUS.get(status);
  if (known !== undefined) return known;
  if (status >= 500) return 'UPSTREAM_FAULT';
  return status >= 400 ? 'UPSTREAM_REQUEST_REFUSED' : 'UPSTREAM_MALFORMED';
}

function messageOf(said: SaidError, code: ErrorCodeName): string {
  const message = providerMessage(said.message ?? '');
  return message === '' ? ERROR_CODES[code].meaning : message;
}
