import { DIALECTS } from '@postern/dialects';
import { endsEvent, sseParser } from '@postern/kernel';
import { ERROR_CODES, type DialectId } from '@postern/protocol';
import type { Received } from './raw-client.ts';
import type { FuzzRequest } from './requests.ts';

/** One response, parsed as RFC 9112 wants it. */
interface Parsed {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly isComplete: boolean;
  /** What follows it on the connection. */
  readonly after: Buffer;
}

/** The connection was closed without a response. */
export const NO_RESPONSE = 'nothing';
const NOTHING = Buffer.alloc(0);
const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d) [\t\x20-\x7e\x80-\xff]*$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;
const HEAD_END = '\r\n\r\n';

/** What is wrong with the response to a request; nothing if all is well. */
export function responseProblems(
  request: FuzzRequest,
  { bytes, didLeave, didHang }: Received,
  marks: readonly Buffer[],
): readonly string[] {
  const problems: string[] = [];
  if (didHang) problems.push('hung');
  if (marks.some((mark) => bytes.includes(mark))) problems.push('contains a mark');
  if (didLeave || didHang) return problems;
  const parsed = parseResponse(bytes, request.method);
  if (typeof parsed === 'string') {
    // A request that isn't HTTP may be answered with the end of the connection.
    if (parsed !== NO_RESPONSE) {
      const beginning = bytes.subarray(0, 200).toString('latin1');
      return [...problems, `${parsed}: ${beginning}`];
    }
    return request.mayBeIncomplete ? problems : [...problems, NO_RESPONSE];
  }
  problems.push(...statusProblems(request, parsed), ...bodyProblems(request, parsed));
  if (parsed.after.length === 0) return problems;
  // What follows a request that lost its end is read as the next one.
  const next = request.mayBeIncomplete ? parseResponse(parsed.after, request.method) : 'too much';
  return typeof next === 'string' ? [...problems, `${next} after the response`] : problems;
}

function statusProblems(request: FuzzRequest, { status, body }: Parsed): readonly string[] {
  const problems: string[] = [];
  if (body.includes(ERROR_CODES.INTERNAL.meaning)) problems.push('internal error');
  if (request.isDenied && request.dialect !== undefined && (status < 400 || status >= 500)) {
    problems.push(`status ${status} with an invalid key`);
  }
  if (request.isFair && status !== 200) {
    problems.push(`status ${status} for a fair request: ${body.subarray(0, 500).toString()}`);
  }
  return problems;
}

function bodyProblems(request: FuzzRequest, parsed: Parsed): readonly string[] {
  const { dialect } = request;
  const { body, isComplete } = parsed;
  const type = parsed.headers.get('content-type') ?? '';
  const isStream = request.isAnswer && parsed.status === 200 && /^text\/event-stream/i.test(type);
  const where = `${body.length} bytes, ending in ${body.subarray(-300).toString('latin1')}`;
  // A cut within an event cuts the client as well; so does one within a whole body of the upstream.
  if (!isComplete && (request.isFair || (isStream && endsEvent(body))))
    return [`cut off: ${where}`];
  if (!isComplete || !isStream || dialect === undefined) return [];
  return hasEnding(dialect, body) ? [] : [`no ending: ${where}`];
}

/** Some servers send no last event after the reason to stop; the answer is complete then. */
const STOP_REASON = /"(?:finish_reason|stop_reason)":\s*"\w/;

/** Whether a stream has the dialect's last event, a reason to stop or an error event. */
function hasEnding(dialect: DialectId, body: Buffer): boolean {
  const parser = sseParser({ maxEventBytes: 256 * 1024 * 1024 });
  const read = parser.push(body);
  const { terminalEvent } = DIALECTS[dialect];
  return (
    read.ok &&
    read.value.some(({ event, data }) => {
      if (
        event === 'error' ||
        STOP_REASON.test(data) ||
        /^\s*\{\s*"(?:type":\s*"error|error)"/.test(data)
      )
        return true;
      if ('data' in terminalEvent) return data === terminalEvent.data;
      return terminalEvent.types.some((type) => event === type || data.includes(`"${type}"`));
    })
  );
}

/** The first response in the bytes, or what is malformed about it. */
function parseResponse(bytes: Buffer, method: string): Parsed | string {
  if (bytes.length === 0) return NO_RESPONSE;
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return 'a head without an end';
  const [first = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  if (Number.isNaN(status)) return 'a malformed status line';
  const rest = bytes.subarray(headEnd + HEAD_END.length);
  if (status < 200) return parseResponse(rest, method);
  if (!lines.every((line) => HEADER_LINE.test(line))) return 'a malformed header';
  const headers = new Map(
    lines.map((line): [string, string] => {
      const [, name = '', value = ''] = HEADER_LINE.exec(line) ?? [];
      return [name.toLowerCase(), value];
    }),
  );
  const isBodiless = method === 'HEAD' || status === 204 || status === 304;
  return parseBody({ status, headers, rest, isBodiless });
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly rest: Buffer;
  readonly isBodiless: boolean;
}

function parseBody({ status, headers, rest, isBodiless }: Head): Parsed | string {
  if (isBodiless) return { status, headers, body: NOTHING, isComplete: true, after: rest };
  const length = headers.get('content-length');
  if (headers.has('transfer-encoding')) {
    return length === undefined ? parseChunks({ status, headers, rest }) : 'two lengths';
  }
  if (length === undefined)
    return { status, headers, body: rest, isComplete: true, after: NOTHING };
  if (!/^\d+$/.test(length)) return 'a malformed length';
  const body = rest.subarray(0, Number(length));
  const isComplete = body.length === Number(length);
  return { status, headers, body, isComplete, after: rest.subarray(body.length) };
}

function parseChunks({ status, headers, rest }: Omit<Head, 'isBodiless'>): Parsed | string {
  const chunks: Buffer[] = [];
  const result = (isComplete: boolean, after: Buffer): Parsed => {
    return { status, headers, body: Buffer.concat(chunks), isComplete, after };
  };
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return result(false, NOTHING);
    const size = rest.subarray(at, lineEnd).toString('latin1');
    if (!/^[0-9a-f]+$/i.test(size)) return 'a malformed chunk';
    const bytes = Number.parseInt(size, 16);
    const end = lineEnd + 2 + bytes;
    if (rest.length < end + 2) return result(false, NOTHING);
    chunks.push(rest.subarray(lineEnd + 2, end));
    at = end + 2;
    if (bytes === 0) return result(true, rest.subarray(at));
  }
}
