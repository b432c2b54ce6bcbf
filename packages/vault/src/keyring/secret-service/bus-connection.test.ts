import { describe, expect, it } from 'vitest';
import { startFakeBus, type HeardCall, type Say } from '../../testing/fake-bus.ts';
import { connectToBus, socketOf } from './bus-connection.ts';
import { READ_DEFAULT_ALIAS } from './read-item.ts';

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

describe('a connection to the bus', () => {
  const alias: Say = (writer) => void writer.text('/default');

  it.each([false, true])('brings each answer to its call, in pieces: %s', async (inPieces) => {
    let times = 0;
    const respond = (): Say => {
      times += 1;
      const mine = String(times);
      return times === 2 ? 'error' : (writer) => void writer.text(mine);
    };
    await using bus = await startFakeBus(respond, { inPieces });
    using connection = connectToBus(bus.address);
    const ask = async (): Promise<string | undefined> =>
      (await connection?.call(READ_DEFAULT_ALIAS))?.text();
    const texts = await Promise.all([ask(), ask(), ask()]);
    expect(texts).toEqual(['1', undefined, '3']);
    expect(bus.heard).toEqual(['Hello', 'ReadAlias', 'ReadAlias', 'ReadAlias']);
  });

  const BAD: readonly (readonly [string, string, (call: HeardCall) => Say])[] = [
    ['that knows nobody', 'REJECTED EXTERNAL\r\n', () => alias],
    ['that greets without end', 'x'.repeat(70_000), () => alias],
    ['with a message that would not end', 'OK 00\r\n', () => hugeMessage()],
  ];
  it.each(BAD)('to one %s is lost, with its calls', async (_name, greeting, respond) => {
    await using bus = await startFakeBus(respond, { greeting });
    using connection = connectToBus(bus.address);
    expect(await connection?.call(READ_DEFAULT_ALIAS)).toBeUndefined();
    expect(connection?.isClosed).toBe(true);
    expect(await connection?.call(READ_DEFAULT_ALIAS)).toBeUndefined();
  });

  it('to nobody is lost', async () => {
    using connection = connectToBus('unix:path=/nonexistent/bus');
    expect(await connection?.call(READ_DEFAULT_ALIAS)).toBeUndefined();
    expect(connectToBus('tcp:host=localhost,port=1')).toBeUndefined();
  });

  it('ends its calls when it is disposed of', async () => {
    await using bus = await startFakeBus(() => 'nothing');
    const connection = connectToBus(bus.address);
    const answer = connection?.call(READ_DEFAULT_ALIAS);
    connection?.[Symbol.dispose]();
    expect(await answer).toBeUndefined();
  });
});

function hugeMessage(): Buffer {
  const header = Buffer.alloc(16);
  header.set([0x6c, 2, 0, 1]);
  header.writeUInt32LE(0x7fff_ffff, 4);
  return header;
}
