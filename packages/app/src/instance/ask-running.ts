import { connect, type Socket } from 'node:net';
import { decodeUtf8, failed, ok, parseJson, type JsonValue, type Result } from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';
import { systemRandomness } from '../system/system-randomness.ts';
import type { ControlPlace } from './control-address.ts';
import { readControlEntry, type ControlEntry } from './control-entry.ts';
import { foreign } from '../config/read-privately.ts';
import { socketIdentity, socketPath } from './socket-path.ts';

export interface RunningAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The total time limit for the other side, even if it keeps sending slowly. */
export interface AskTimeouts {
  readonly proofMs: number;
  readonly answerMs: number;
}

const TIMEOUTS: AskTimeouts = { proofMs: 10_000, answerMs: 60_000 };

/** A Postern that starts meanwhile may have replaced the entry that was read. */
const MAX_TRIES = 3;

/**
 * Sends a request to the process that holds a home, over its control socket. Returns undefined if there
 * is no entry, no process listens, or the response isn't JSON. Fails if the entry or the socket isn't
 * private to this user, or if the listener doesn't prove that it can read the entry; in these cases
 * nothing is sent.
 *
 * Implements one exchange of HTTP/1.1 (RFC 9112) on a connection that the response ends: a command
 * starts in a fraction of the time that a full HTTP client takes to load.
 */
export async function askRunning(
  place: ControlPlace,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  timeouts: AskTimeouts = TIMEOUTS,
): Promise<Result<RunningAnswer | undefined, Problem>> {
  let asked: ControlEntry | undefined;
  for (let tries = 1; ; tries += 1) {
    const entry = readControlEntry(place);
    if (!entry.ok || entry.value === undefined) return entry.ok ? ok(undefined) : entry;
    if (entry.value.key === asked?.key) return failed(unproven(asked));
    asked = entry.value;
    const bytes = await exchange(place, asked, requestOf(method, path, body), timeouts);
    if (!bytes.ok) return bytes;
    if (bytes.value !== 'unproven') return ok(bytes.value && answerOf(bytes.value));
    if (tries === MAX_TRIES) return failed(unproven(asked));
  }
}

function unproven({ socket }: ControlEntry): Problem {
  return problem(
    'CONTROL_UNPROVEN',
    `The program listening on ${socket} couldn't prove that it's this home's Postern, so nothing was sent to it.`,
  );
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

/**
 * Everything that was received until the other side closed; undefined if no process listens, or it
 * closed early.
 */
async function exchange(
  place: ControlPlace,
  { socket: file, key }: ControlEntry,
  request: Buffer,
  { proofMs, answerMs }: AskTimeouts,
): Promise<Result<Buffer | 'unproven' | undefined, Problem>> {
  const before = socketIdentity(file);
  if (!before.ok || before.value === undefined) return before.ok ? ok(undefined) : before;
  const reachable = socketPath(file);
  if (!reachable.ok) return reachable;
  using way = reachable.value;
  using connection = await connected(way.path);
  if (connection === undefined) return ok(undefined);
  const { socket } = connection;
  const after = socketIdentity(file);
  if (!after.ok) return after;
  if (after.value !== before.value) return failed(foreign(file));
  const channel = { key, name: place.name, socket: before.value };
  const timer = setTimeout(() => socket.destroy(new Error('timeout')), proofMs);
  // Loaded only if a process listens, because cryptography takes longer to load than the rest of a
  // short command.
  const { proveAsClient } = await import('./control-proof.ts');
  const outcome = await proveAsClient(socket, channel, systemRandomness);
  clearTimeout(timer);
  if (outcome === 'unproven' || connection.isTimedOut()) return ok('unproven');
  return ok(outcome === 'gone' ? undefined : await send(socket, request, answerMs));
}

interface Connection extends Disposable {
  readonly socket: Socket;
  isTimedOut(): boolean;
}

async function connected(path: string): Promise<Connection | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
      resolve(undefined);
    });
    socket.on('connect', () => {
      resolve({
        socket,
        isTimedOut: () => failure?.message === 'timeout',
        [Symbol.dispose]: () => {
          socket.destroy();
        },
      });
    });
  });
}

async function send(
  socket: Socket,
  request: Buffer,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    const finish = (bytes: Buffer | undefined): void => {
      clearTimeout(timer);
      resolve(bytes);
    };
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) socket.destroy();
    });
    socket.on('end', () => {
      finish(Buffer.concat(chunks));
    });
    socket.on('close', () => {
      finish(undefined);
    });
    // The write side stays open, because a server may take its end for a disconnect.
    socket.write(request);
    socket.resume();
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

/** Undefined if the response was cut off. */
function whole(head: string, rest: Buffer): Buffer | undefined {
  const length = /^content-length: *(\d+)\r?$/im.exec(head)?.[1];
  return length === undefined || Number(length) === rest.length ? rest : undefined;
}

/** RFC 9112 §7.1; undefined if the last chunk is missing. */
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
