import { parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import { ERROR_CODES, type AnswerFailure, type ErrorCodeName } from '@postern/protocol';
import type { HeaderReader } from '../dialect.ts';
import { filledText, listOf, numberOf, objectOf, textOf } from '../json/read-json.ts';
import { providerMessage } from './provider-message.ts';
import { retryAfterMs } from './retry-after.ts';

/** Error types and codes that are more exact than a status. Compatible servers mix those of all dialects. */
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

/** Error types used only if there is no status. */
const GENERAL: ReadonlyMap<JsonValue, ErrorCodeName> = new Map([
  ['api_error', 'UPSTREAM_FAULT'],
  ['server_error', 'UPSTREAM_FAULT'],
  ['invalid_request_error', 'UPSTREAM_REQUEST_REFUSED'],
]);

/** Errors that differ from other 400s only in their message. */
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
 * Decodes an error response. The code comes from the error's type, code or message if they are more exact
 * than the status. The message is the provider's, shortened and without anything that looks like a key; or
 * ours if the provider sent none.
 */
export function decodeError(
  status: number,
  headers: HeaderReader,
  bodyText: string,
): AnswerFailure {
  const reported = readError(bodyText);
  const code = exactCode(reported) ?? codeOfStatus(status);
  const wait = retryAfterMs(headers);
  return {
    code,
    message: messageOf(reported, code),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
}

/** Decodes an error event inside a stream, in the form of any dialect. */
export function decodeStreamError(event: JsonObject): AnswerFailure {
  const reported = readErrorValue(event);
  const status = numberOf(reported.code) ?? numberOf(event['status_code']);
  const general = wordIn(GENERAL, reported) ?? 'UPSTREAM_FAULT';
  const code = exactCode(reported) ?? (status === undefined ? general : codeOfStatus(status));
  return { code, message: messageOf(reported, code) };
}

/** What servers call a 404 for a model. Others say it only in their message. */
const UNKNOWN_MODEL: ReadonlySet<JsonValue | undefined> = new Set([
  'model_not_found',
  'DeploymentNotFound',
]);

/** Whether an error response with status 404 is about the model. Otherwise, the server has no such path. */
export function isAboutModel(bodyText: string): boolean {
  const { message = '', type, code } = readError(bodyText);
  return UNKNOWN_MODEL.has(code) || UNKNOWN_MODEL.has(type) || /\bmodels?\b/i.test(message);
}

interface ReportedError {
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly code: JsonValue | undefined;
}

const NOTHING_REPORTED: ReportedError = { message: undefined, type: undefined, code: undefined };

function readError(bodyText: string): ReportedError {
  const parsed = parseJson(bodyText);
  if (parsed.ok) return readErrorValue(parsed.value);
  const isPage = /^\s*</.test(bodyText);
  return isPage ? NOTHING_REPORTED : { ...NOTHING_REPORTED, message: bodyText };
}

/** `{error: {message}}`, `{error: "…"}`, `{message}`, `{detail}`, and a list of one of these. */
function readErrorValue(value: JsonValue): ReportedError {
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

/** The code if the error is more exact than its status. */
function exactCode(reported: ReportedError): ErrorCodeName | undefined {
  const message = reported.message ?? '';
  return wordIn(EXACT, reported) ?? BY_MESSAGE.find(([words]) => words.test(message))?.[1];
}

function wordIn(
  words: ReadonlyMap<JsonValue, ErrorCodeName>,
  { code, type }: ReportedError,
): ErrorCodeName | undefined {
  return words.get(code ?? null) ?? words.get(type ?? null);
}

function codeOfStatus(status: number): ErrorCodeName {
  const known = BY_STATUS.get(status);
  if (known !== undefined) return known;
  if (status >= 500) return 'UPSTREAM_FAULT';
  return status >= 400 ? 'UPSTREAM_REQUEST_REFUSED' : 'UPSTREAM_MALFORMED';
}

function messageOf(reported: ReportedError, code: ErrorCodeName): string {
  const message = providerMessage(reported.message ?? '');
  return message === '' ? ERROR_CODES[code].meaning : message;
}
