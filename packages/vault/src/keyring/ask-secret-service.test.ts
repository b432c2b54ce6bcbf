import { describe, expect, it } from 'vitest';
import { startFakeBus, type Say } from '../testing/fake-bus.ts';
import { secretServiceAnswers, socketOf } from './ask-secret-service.ts';

const ALIVE = (): Say => (writer) => void writer.text('/');
const ROWS: readonly (readonly [string, () => Say, string, boolean])[] = [
  ['answers', () => (writer) => void writer.text('/'), 'OK 00\r\n', true],
  ['has no such service', () => 'error', 'OK 00\r\n', false],
  ['says nothing to the question', () => 'nothing', 'OK 00\r\n', false],
  ['sends no message', () => Buffer.alloc(40, 0xff), 'OK 00\r\n', false],
  ['sends a message that does not end', () => hugeMessage(), 'OK 00\r\n', false],
  ['knows nobody', () => 'error', 'REJECTED EXTERNAL\r\n', false],
  ['greets without end', () => 'error', 'x'.repeat(70_000), false],
];

describe('asking the Secret Service', () => {
  it.each(ROWS)('of a bus that %s', async (_name, respond, greeting, answers) => {
    await using bus = await startFakeBus(respond, { greeting });
    expect(await secretServiceAnswers(bus.address, 500)).toBe(answers);
  });

  it('needs nothing but that it is there', async () => {
    await using bus = await startFakeBus(ALIVE);
    expect(await secretServiceAnswers(bus.address, 500)).toBe(true);
    expect(bus.heard).toEqual(['Hello', 'ReadAlias']);
  });

  it('takes its bytes as they come', async () => {
    await using bus = await startFakeBus(ALIVE, { inPieces: true });
    expect(await secretServiceAnswers(bus.address, 500)).toBe(true);
  });

  it('without a bus is no answer', async () => {
    expect(await secretServiceAnswers('unix:path=/nonexistent/bus', 500)).toBe(false);
    expect(await secretServiceAnswers('autolaunch:', 500)).toBe(false);
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
