import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { secretServiceAnswers, socketOf } from './ask-secret-service.ts';

describe('the socket of a bus address', () => {
  it.each([
    ['unix:path=/run/user/1000/bus', '/run/user/1000/bus'],
    ['unix:path=/tmp/a%20b,guid=00ff', '/tmp/a b'],
    ['unix:guid=00ff,path=/tmp/bus', '/tmp/bus'],
    ['unix:abstract=/tmp/dbus-x', '\0/tmp/dbus-x'],
    ['tcp:host=example.com,port=1;unix:path=/second', '/second'],
    ['unix:path=/tmp/%zz', undefined],
    ['tcp:host=example.com,port=1', undefined],
    ['autolaunch:', undefined],
    ['', undefined],
  ])('%j is %j', (address, socket) => {
    expect(socketOf(address)).toBe(socket);
  });
});

/** A message of that type, little-endian, with so many bytes of fields and body. */
function message(type: number, fields = 8, body = 8): Buffer {
  const header = Buffer.alloc(16);
  header.set([0x6c, type, 0, 1]);
  header.writeUInt32LE(body, 4);
  header.writeUInt32LE(fields, 12);
  return Buffer.concat([header, Buffer.alloc(Math.ceil(fields / 8) * 8 + body)]);
}

const [RETURN, ERROR, SIGNAL] = [2, 3, 4];

/** What a bus says to its caller: to its greeting, then to its question. */
const BUSES: readonly (readonly [string, string, readonly Buffer[], boolean])[] = [
  ['answers', 'OK 00\r\n', [message(RETURN), message(SIGNAL, 13, 3), message(RETURN)], true],
  ['has no such service', 'OK 00\r\n', [message(RETURN), message(ERROR)], false],
  ['knows nobody', 'REJECTED EXTERNAL\r\n', [], false],
  ['says nothing to the question', 'OK 00\r\n', [message(RETURN)], false],
  ['sends without end', 'OK 00\r\n', [message(SIGNAL, 8, 100_000)], false],
  ['sends no message', 'OK 00\r\n', [Buffer.alloc(40, 0xff)], false],
  ['greets without end', 'x'.repeat(70_000), [], false],
];

describe('asking the Secret Service', () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bus-'));
  const sockets = new Set<Socket>();
  let close: (() => void) | undefined;

  afterEach(() => {
    close?.();
    for (const socket of sockets) socket.destroy();
  });

  it.each(BUSES)('of a bus that %s', async (name, greeting, messages, answers) => {
    const path = join(directory, name.replaceAll(' ', '-'));
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        // In pieces, as a stream may come.
        for (const byte of Buffer.from(greeting)) socket.write(Buffer.from([byte]));
        socket.once('data', () => socket.write(Buffer.concat(messages)));
      });
    });
    close = () => server.close();
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    expect(await secretServiceAnswers(`unix:path=${path}`, 500)).toBe(answers);
  });

  it('without a bus is no answer', async () => {
    expect(await secretServiceAnswers(`unix:path=${join(directory, 'none')}`, 500)).toBe(false);
    rmSync(directory, { recursive: true });
  });
});
