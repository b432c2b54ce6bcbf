import { connect, type Socket } from 'node:net';

/**
 * Whether the Secret Service on that session bus is alive: it is asked which collection `default`
 * stands for, which needs nothing unlocked. False also where the address is none that can be asked
 * (only Unix sockets are), where the service is gone, and where it takes longer than the time limit.
 *
 * Why: KeePassXC leaves a search unanswered while it asks the person for the password, which its
 * caller cannot tell from a service that hangs.
 *
 * Source: D-Bus Specification 0.43, "Authentication Protocol" and "Message Protocol".
 */
export async function secretServiceAnswers(
  busAddress: string,
  timeLimitMs: number,
): Promise<boolean> {
  const path = socketOf(busAddress);
  if (path === undefined) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  const timer = setTimeout(resolve, timeLimitMs, false);
  for (const event of ['error', 'close']) {
    socket.once(event, () => {
      resolve(false);
    });
  }
  converse(socket, resolve);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
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

const MAX_ANSWER_BYTES = 65_536;

function converse(socket: Socket, resolve: (answers: boolean) => void): void {
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  let received = Buffer.alloc(0);
  let authenticated = false;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length > MAX_ANSWER_BYTES) resolve(false);
    if (!authenticated) {
      const end = received.indexOf('\r\n');
      if (end === -1) return;
      if (!received.toString('latin1', 0, end).startsWith('OK ')) {
        resolve(false);
        return;
      }
      authenticated = true;
      received = received.subarray(end + 2);
      socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), HELLO, READ_ALIAS]));
    }
    const answer = answerIn(received);
    if (answer !== undefined) resolve(answer);
  });
}

const METHOD_CALL = 1;
const METHOD_RETURN = 2;
const ERROR = 3;
const HEADER_BYTES = 16;

/** Of the answers in these messages the first is to Hello, the second what the service says. */
function answerIn(messages: Buffer): boolean | undefined {
  let rest = messages;
  for (let answers = 0; rest.length >= HEADER_BYTES;) {
    const [type, bodyBytes, fieldsBytes] = [rest[1], rest.readUInt32LE(4), rest.readUInt32LE(12)];
    if (type === METHOD_RETURN || type === ERROR) answers += 1;
    if (answers === 2) return type === METHOD_RETURN;
    rest = rest.subarray(aligned(HEADER_BYTES + fieldsBytes) + bodyBytes);
  }
  return undefined;
}

const HELLO = methodCall(1, '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'Hello');
const READ_ALIAS = methodCall(
  2,
  '/org/freedesktop/secrets',
  'org.freedesktop.secrets',
  'ReadAlias',
  'default',
);

function methodCall(
  serial: number,
  path: string,
  destination: string,
  member: string,
  parameter?: string,
): Buffer {
  const ofBus = destination === 'org.freedesktop.DBus';
  const fields = [
    field(1, 'o', path),
    field(2, 's', ofBus ? destination : 'org.freedesktop.Secret.Service'),
    field(3, 's', member),
    field(6, 's', destination),
    // The signature of the body: one string. Its own length is one byte long.
    ...(parameter === undefined ? [] : [Buffer.from([8, 1, 0x67, 0, 1, 0x73, 0])]),
  ];
  const body = parameter === undefined ? Buffer.alloc(0) : text(parameter);
  const array = fields.reduce((all, next) => Buffer.concat([padded(all), next]), Buffer.alloc(0));
  const header = Buffer.alloc(HEADER_BYTES);
  // "l": numbers are little-endian. No flags. Version 1.
  header.set([0x6c, METHOD_CALL, 0, 1]);
  header.writeUInt32LE(body.length, 4);
  header.writeUInt32LE(serial, 8);
  header.writeUInt32LE(array.length, 12);
  return Buffer.concat([padded(Buffer.concat([header, array])), body]);
}

function field(code: number, type: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), text(value)]);
}

/** Its length, its bytes, NUL. */
function text(value: string): Buffer {
  const bytes = Buffer.from(`${value}\0`);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length - 1);
  return Buffer.concat([length, bytes]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
