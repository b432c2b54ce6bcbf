import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alignedTo, BusReader, BusWriter } from './bus-values.ts';

/** A call that the bus received. */
export interface ReceivedCall {
  readonly member: string;
  readonly arguments: BusReader;
}

/** The reply to a call: a function that writes the body, an error, nothing, or raw bytes. */
export type Reply = ((writer: BusWriter) => void) | 'error' | 'nothing' | Buffer;

export interface FakeBus extends AsyncDisposable {
  readonly address: string;
  /** The members that were called on all connections. */
  readonly calls: readonly string[];
}

export interface FakeBusOptions {
  readonly greeting?: string;
  /** Whether to send the bytes one by one. */
  readonly inPieces?: boolean;
}

/** Starts a session bus whose replies come from `respond`. It replies to `Hello` itself. */
export async function startFakeBus(
  respond: (call: ReceivedCall) => Reply,
  { greeting = 'OK 0123\r\n', inPieces = false }: FakeBusOptions = {},
): Promise<FakeBus> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bus-'));
  const path = join(directory, 'bus');
  const sockets = new Set<Socket>();
  const calls: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    const send = (bytes: Buffer): void => {
      for (const piece of inPieces ? piecesOf(bytes) : [bytes]) socket.write(piece);
    };
    socket.on('error', () => undefined);
    socket.once('data', () => {
      send(Buffer.from(greeting));
      readCalls(socket, (call, serial) => {
        calls.push(call.member);
        const reply = call.member === 'Hello' ? replyHello : respond(call);
        if (Buffer.isBuffer(reply)) send(reply);
        else if (reply !== 'nothing') send(encodeReply(serial, reply));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  return {
    address: `unix:path=${path}`,
    calls,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

const FIXED_BYTES = 16;
const HEADER_ALIGNMENT = 8;

/** The length in bytes of the first message; undefined while its header is incomplete. */
function messageLength(received: Buffer): number | undefined {
  if (received.length < FIXED_BYTES) return undefined;
  const [bodyBytes, fieldsBytes] = [received.readUInt32LE(4), received.readUInt32LE(12)];
  return alignedTo(FIXED_BYTES + fieldsBytes, HEADER_ALIGNMENT) + bodyBytes;
}

const replyHello: Reply = (writer) => void writer.text(':1.7');

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
}

function readCalls(socket: Socket, onCall: (call: ReceivedCall, serial: number) => void): void {
  let received: Buffer = Buffer.alloc(0);
  let hasBegun = false;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (!hasBegun) {
      const start = received.indexOf('BEGIN\r\n');
      if (start === -1) return;
      received = received.subarray(start + 'BEGIN\r\n'.length);
      hasBegun = true;
    }
    for (;;) {
      const length = messageLength(received);
      if (length === undefined || received.length < length) return;
      // Copied, so that alignment counts from the beginning of the message.
      const message = Buffer.from(received.subarray(0, length));
      received = received.subarray(length);
      onCall(parseCall(message), message.readUInt32LE(8));
    }
  });
}

function parseCall(message: Buffer): ReceivedCall {
  const reader = new BusReader(message, 12);
  let member = '';
  reader.array(8, () => {
    reader.align(8);
    const code = reader.byte();
    const value = reader.signature() === 'g' ? reader.signature() : reader.text();
    if (code === 3) member = value;
  });
  reader.align(8);
  return { member, arguments: reader };
}

/** A method return or an error (D-Bus Specification 0.43, "Message Format"). */
function encodeReply(serial: number, reply: ((writer: BusWriter) => void) | 'error'): Buffer {
  const body = new BusWriter();
  if (reply !== 'error') reply(body);
  const header = new BusWriter();
  header.byte(0x6c).byte(reply === 'error' ? 3 : 2);
  header.byte(0).byte(1);
  header.uint32(body.written().length).uint32(99);
  header.array(8, () => {
    header.align(8).byte(6).signature('s').text(':1.7');
    header.align(8).byte(5).signature('u').uint32(serial);
  });
  return Buffer.concat([header.align(8).written(), body.written()]);
}
