import { connect, type Socket } from 'node:net';
import { decodeAnswer, encodeCall, messageLength, type MethodCall } from './bus-message.ts';
import type { BusReader } from './bus-values.ts';

/** A connection to the message bus. It keeps the process alive only while a call is unanswered. */
export interface BusConnection extends Disposable {
  /** What the method returns; undefined where it fails or the connection is lost. */
  call(call: MethodCall): Promise<BusReader | undefined>;
  /** True once it is lost or disposed of. */
  readonly isClosed: boolean;
}

/** No answer that is waited for here is longer. */
const MAX_MESSAGE_BYTES = 16_777_216;
const MAX_GREETING_BYTES = 16_384;

const HELLO: MethodCall = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
};

/**
 * Connects to a bus as this user; undefined where its address names no Unix socket. Calls may be
 * made at once: they wait for the bus to know its caller.
 *
 * Source: D-Bus Specification 0.43, "Authentication Protocol" and "Message Protocol".
 */
export function connectToBus(busAddress: string): BusConnection | undefined {
  const path = socketOf(busAddress);
  if (path === undefined) return undefined;
  const socket = connect(path);
  const waiting = new Map<number, (answer: BusReader | undefined) => void>();
  let unsent: Buffer[] | undefined = [];
  let serial = 0;
  const close = (): void => {
    socket.destroy();
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  };
  const answered = (replySerial: number, body: BusReader | undefined): void => {
    waiting.get(replySerial)?.(body);
    waiting.delete(replySerial);
    if (waiting.size === 0) socket.unref();
  };
  const call = async (method: MethodCall): Promise<BusReader | undefined> => {
    if (socket.destroyed) return undefined;
    serial += 1;
    const bytes = encodeCall(serial, method);
    const { promise, resolve } = Promise.withResolvers<BusReader | undefined>();
    waiting.set(serial, resolve);
    socket.ref();
    if (unsent === undefined) socket.write(bytes);
    else unsent.push(bytes);
    return await promise;
  };
  socket.once('error', close).once('close', close);
  authenticate(socket, () => {
    socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), ...(unsent ?? [])]));
    unsent = undefined;
    return answersReader(close, answered);
  });
  void call(HELLO);
  return {
    call,
    get isClosed() {
      return socket.destroyed;
    },
    [Symbol.dispose]: close,
  };
}

/** The first Unix socket of an address; an abstract one begins with NUL. Values are URL-escaped. */
export function socketOf(busAddress: string): string | undefined {
  for (const address of busAddress.split(';')) {
    const match = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(address);
    const [, kind, escaped] = match ?? [];
    if (escaped === undefined || /%(?![\da-f]{2})/i.test(escaped)) continue;
    const path = escaped.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return kind === 'abstract' ? `\0${path}` : path;
  }
  return undefined;
}

/** Takes some bytes of a stream. */
type Take = (bytes: Buffer) => void;

function authenticate(socket: Socket, begin: () => Take): void {
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  let greeting: Buffer = Buffer.alloc(0);
  let take: Take | undefined;
  socket.on('data', (chunk: Buffer) => {
    if (take !== undefined) {
      take(chunk);
      return;
    }
    greeting = Buffer.concat([greeting, chunk]);
    const end = greeting.indexOf('\r\n');
    if (end === -1 && greeting.length <= MAX_GREETING_BYTES) return;
    if (!greeting.toString('latin1', 0, 3).startsWith('OK ')) {
      socket.destroy();
      return;
    }
    take = begin();
    take(greeting.subarray(end + 2));
  });
}

function answersReader(
  close: () => void,
  answered: (replySerial: number, body: BusReader | undefined) => void,
): Take {
  let received: Buffer = Buffer.alloc(0);
  return (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (;;) {
      const length = messageLength(received);
      if (length === undefined) return;
      if (length > MAX_MESSAGE_BYTES) {
        close();
        return;
      }
      if (received.length < length) return;
      const answer = decodeAnswer(received.subarray(0, length));
      if (answer !== undefined) answered(answer.replySerial, answer.body);
      received = received.subarray(length);
    }
  };
}
