import { connect, type Socket } from 'node:net';

/**
 * Whether the Secret Service on a session bus responds: calls `ReadAlias` for `default`, which works
 * while everything is locked. False if the address isn't a Unix socket, if there is no service, or
 * if it doesn't respond within the time limit.
 *
 * Needed because KeePassXC doesn't reply to a search while it shows its password prompt, which looks
 * like a service that hangs. The keyring library offers nothing but a search.
 */
export async function isSecretServiceAlive(
  busAddress: string,
  timeLimitMs: number,
): Promise<boolean> {
  const path = socketOf(busAddress);
  if (path === undefined) return false;
  const socket = connect(path);
  const timer = setTimeout(() => socket.destroy(), timeLimitMs);
  try {
    return await hasReplied(socket);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

const METHOD_RETURN = 2;
const ERROR = 3;
const LITTLE_ENDIAN = 0x6c;
const FIXED_BYTES = 16;
const MAX_RECEIVED_BYTES = 65_536;

/** Makes two calls; the second reply is the service's. Source: D-Bus Specification 0.43. */
async function hasReplied(socket: Socket): Promise<boolean> {
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  let received: Buffer = Buffer.alloc(0);
  let isGreeted = false;
  let returns = 0;
  for await (const chunk of socket) {
    if (Buffer.isBuffer(chunk)) received = Buffer.concat([received, chunk]);
    if (received.length > MAX_RECEIVED_BYTES) return false;
    if (!isGreeted) {
      const end = received.indexOf('\r\n');
      if (end === -1) continue;
      if (!received.toString('latin1').startsWith('OK ')) return false;
      received = received.subarray(end + 2);
      isGreeted = true;
      socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), HELLO, READ_DEFAULT_ALIAS]));
    }
    const { types, rest } = takeMessages(received);
    received = rest;
    if (types.includes(ERROR)) return false;
    returns += types.filter((type) => type === METHOD_RETURN).length;
    if (returns >= 2) return true;
  }
  return false;
}

/** The types of the complete messages at the beginning, and the remaining bytes. */
function takeMessages(received: Buffer): {
  readonly types: readonly number[];
  readonly rest: Buffer;
} {
  const length = messageLength(received);
  if (length === undefined) return { types: [], rest: received };
  const [order, type = ERROR] = received;
  // Messages in another byte order aren't supported and count as errors.
  if (order !== LITTLE_ENDIAN) return { types: [ERROR], rest: received };
  const { types, rest } = takeMessages(received.subarray(length));
  return { types: [type, ...types], rest };
}

/** The length in bytes of the first message; undefined while it is incomplete. */
function messageLength(received: Buffer): number | undefined {
  if (received.length < FIXED_BYTES) return undefined;
  const [bodyBytes, fieldsBytes] = [received.readUInt32LE(4), received.readUInt32LE(12)];
  const length = FIXED_BYTES + fieldsBytes + paddingOf(fieldsBytes) + bodyBytes;
  // The length means nothing in another byte order: return it, so the caller rejects the message.
  return received.length >= length || received[0] !== LITTLE_ENDIAN ? length : undefined;
}

const HELLO = methodCall(1, {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
});
const READ_DEFAULT_ALIAS = methodCall(2, {
  destination: 'org.freedesktop.secrets',
  path: '/org/freedesktop/secrets',
  interface: 'org.freedesktop.Secret.Service',
  member: 'ReadAlias',
  argument: 'default',
});

interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly argument?: string;
}

function methodCall(serial: number, call: MethodCall): Buffer {
  const body = call.argument === undefined ? Buffer.alloc(0) : textOf(call.argument);
  const fields = [
    headerField(1, 'o', textOf(call.path)),
    headerField(2, 's', textOf(call.interface)),
    headerField(3, 's', textOf(call.member)),
    headerField(6, 's', textOf(call.destination)),
    ...(body.length > 0 ? [headerField(8, 'g', Buffer.from('\x01s\0'))] : []),
  ];
  // Each field begins at a multiple of eight; the padding of the last isn't part of the fields.
  const padded = fields.flatMap((field) => [field, Buffer.alloc(paddingOf(field.length))]);
  const fieldsBytes = Buffer.concat(padded.slice(0, -1)).length;
  const fixed = Buffer.from([LITTLE_ENDIAN, 1, 0, 1, ...Buffer.alloc(FIXED_BYTES - 4)]);
  fixed.writeUInt32LE(body.length, 4);
  fixed.writeUInt32LE(serial, 8);
  fixed.writeUInt32LE(fieldsBytes, 12);
  return Buffer.concat([fixed, ...padded, body]);
}

function headerField(code: number, type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([code]), Buffer.from(`\x01${type}\0`), value]);
}

/** A string or an object path: its length, its bytes, NUL. */
function textOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(`${text}\0`)]);
}

function paddingOf(length: number): number {
  return (8 - (length % 8)) % 8;
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
