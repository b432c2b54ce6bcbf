import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alignedTo, BusReader, BusWriter } from './bus-values.ts';

/** A call as the bus hears it: its member and its arguments. */
export interface HeardCall {
  readonly member: string;
  readonly arguments: BusReader;
}

/** What is said to a call: what writes the answer's body, an error, or any bytes at all. */
export type Say = ((writer: BusWriter) => void) | 'error' | 'nothing' | Buffer;

export interface FakeBus extends AsyncDisposable {
  readonly address: string;
  /** The members that were called, over all connections. */
  readonly heard: readonly string[];
}

export interface FakeBusOptions {
  readonly greeting?: string;
  /** Sends its bytes one by one. */
  readonly inPieces?: boolean;
}

/** A bus on a socket of its own that says to each call what the test wants. Hello it knows itself. */
export async function startFakeBus(
  respond: (call: HeardCall) => Say,
  { greeting = 'OK 0123\r\n', inPieces = false }: FakeBusOptions = {},
): Promise<FakeBus> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bus-'));
  const path = join(directory, 'bus');
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    const send = (bytes: Buffer): void => {
      for (const piece of inPieces ? piecesOf(bytes) : [bytes]) socket.write(piece);
    };
    socket.on('error', () => undefined);
    socket.once('data', () => {
      send(Buffer.from(greeting));
      hear(socket, (call, serial) => {
        heard.push(call.member);
        const say = call.member === 'Hello' ? sayHello : respond(call);
        if (Buffer.isBuffer(say)) send(say);
        else if (say !== 'nothing') send(answerTo(serial, say));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  return {
    address: `unix:path=${path}`,
    heard,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

const FIXED_BYTES = 16;
const HEADER_ALIGNMENT = 8;

/** The length in bytes of the message that begins here; undefined before that can be told. */
function messageLength(received: Buffer): number | undefined {
  if (received.length < FIXED_BYTES) return undefined;
  const [bodyBytes, fieldsBytes] = [received.readUInt32LE(4), received.readUInt32LE(12)];
  return alignedTo(FIXED_BYTES + fieldsBytes, HEADER_ALIGNMENT) + bodyBytes;
}

const sayHello: Say = (writer) => void writer.text(':1.7');

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
}

function hear(socket: Socket, onCall: (call: HeardCall, serial: number) => void): void {
  let received: Buffer = Buffer.alloc(0);
  let begun = false;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (!begun) {
      const start = received.indexOf('BEGIN\r\n');
      if (start === -1) return;
      received = received.subarray(start + 'BEGIN\r\n'.length);
      begun = true;
    }
    for (;;) {
      const length = messageLength(received);
      if (length === undefined || received.length < length) return;
      // A copy of its own, so that alignments count from the message's begin.
      const message = Buffer.from(received.subarray(0, length));
      received = received.subarray(length);
      onCall(heardCall(message), message.readUInt32LE(8));
    }
  });
}

function heardCall(message: Buffer): HeardCall {
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
function answerTo(serial: number, say: ((writer: BusWriter) => void) | 'error'): Buffer {
  const body = new BusWriter();
  if (say !== 'error') say(body);
  const header = new BusWriter();
  header.byte(0x6c).byte(say === 'error' ? 3 : 2);
  header.byte(0).byte(1);
  header.uint32(body.written().length).uint32(99);
  header.array(8, () => {
    header.align(8).byte(6).signature('s').text(':1.7');
    header.align(8).byte(5).signature('u').uint32(serial);
  });
  return Buffer.concat([header.align(8).written(), body.written()]);
}
