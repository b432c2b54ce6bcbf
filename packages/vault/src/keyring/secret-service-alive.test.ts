import { describe, expect, it } from 'vitest';
import { startFakeBus, type Reply } from '../testing/fake-bus.ts';
import { isSecretServiceAlive, socketOf } from './secret-service-alive.ts';

const ALIVE = (): Reply => (writer) => void writer.text('/');
const ROWS: readonly (readonly [string, () => Reply, string, boolean])[] = [
  ['replies', () => (writer) => void writer.text('/'), 'OK 00\r\n', true],
  ['has no such service', () => 'error', 'OK 00\r\n', false],
  ["doesn't reply to the call", () => 'nothing', 'OK 00\r\n', false],
  ["sends something that isn't a message", () => Buffer.alloc(40, 0xff), 'OK 00\r\n', false],
  ['sends a message that is too long', () => hugeMessage(), 'OK 00\r\n', false],
  ['rejects the login', () => 'error', 'REJECTED EXTERNAL\r\n', false],
  ['sends an endless greeting', () => 'error', 'x'.repeat(70_000), false],
];

describe('whether the Secret Service is alive', () => {
  it.each(ROWS)('with a bus that %s', async (_name, respond, greeting, answers) => {
    await using bus = await startFakeBus(respond, { greeting });
    expect(await isSecretServiceAlive(bus.address, 500)).toBe(answers);
  });

  it('calls nothing but ReadAlias', async () => {
    await using bus = await startFakeBus(ALIVE);
    expect(await isSecretServiceAlive(bus.address, 500)).toBe(true);
    expect(bus.calls).toEqual(['Hello', 'ReadAlias']);
  });

  it('reads a reply that arrives byte by byte', async () => {
    await using bus = await startFakeBus(ALIVE, { inPieces: true });
    expect(await isSecretServiceAlive(bus.address, 500)).toBe(true);
  });

  it('is false without a bus', async () => {
    expect(await isSecretServiceAlive('unix:path=/nonexistent/bus', 500)).toBe(false);
    expect(await isSecretServiceAlive('autolaunch:', 500)).toBe(false);
  });
});

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

function hugeMessage(): Buffer {
  const header = Buffer.alloc(16);
  header.set([0x6c, 2, 0, 1]);
  header.writeUInt32LE(0x7fff_ffff, 4);
  return header;
}
