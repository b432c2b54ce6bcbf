import { connect } from 'node:net';
import { decodeUtf8, parseJson, type JsonValue } from '@postern/kernel';

export interface RunningAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * Asks the process that holds a home, over its control socket. Undefined where none answers: there
 * is no socket, nobody listens, or the answer is not JSON.
 *
 * One exchange of HTTP/1.1 (RFC 9112) by hand, on a connection that the answer ends: a command
 * starts in a fraction of the time that a client of more takes to load.
 */
export async function askRunning(
  address: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<RunningAnswer | undefined> {
  const bytes = await exchange(address, requestOf(method, path, body));
  return bytes === undefined ? undefined : answerOf(bytes);
}

function requestOf(method: string, path: string, body: unknown): Buffer {
  const content = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: control',
    'content-type: application/json',
    `content-length: ${String(content.length)}`,
    'connection: close',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]);
}

/** What came back until the other side closed. */
async function exchange(address: string, request: Buffer): Promise<Buffer | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(address);
    const chunks: Buffer[] = [];
    let length = 0;
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('timeout')));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) socket.destroy(new Error('too long'));
    });
    socket.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    socket.on('error', () => {
      resolve(undefined);
    });
    // The write side stays open: a server may take its end for a client that has gone.
    socket.write(request);
  });
}

function answerOf(bytes: Buffer): RunningAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  const rest = bytes.subarray(end + 4);
  const content = /^transfer-encoding: *chunked\r?$/im.test(head)
    ? joinChunks(rest)
    : whole(head, rest);
  const text = content && decodeUtf8(content);
  const json = text === undefined ? undefined : parseJson(text, { maxLength: MAX_ANSWER_BYTES });
  if (status === undefined || json?.ok !== true) return undefined;
  return { status: Number(status), body: json.value };
}

/** Undefined where the answer was cut off. */
function whole(head: string, rest: Buffer): Buffer | undefined {
  const length = /^content-length: *(\d+)\r?$/im.exec(head)?.[1];
  return length === undefined || Number(length) === rest.length ? rest : undefined;
}

/** RFC 9112 §7.1; undefined where the last chunk is missing. */
function joinChunks(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const digits =
      lineEnd === -1 ? undefined : /^[0-9a-f]+/i.exec(bytes.toString('latin1', at, lineEnd));
    if (digits?.[0] === undefined) return undefined;
    const length = Number.parseInt(digits[0], 16);
    if (length === 0) return Buffer.concat(parts);
    const begin = lineEnd + 2;
    if (begin + length + 2 > bytes.length) return undefined;
    parts.push(bytes.subarray(begin, begin + length));
    at = begin + length + 2;
  }
}
