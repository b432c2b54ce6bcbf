import { revealSecret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { startFakeBus } from '../../testing/fake-bus.ts';
import {
  fakeSecretService,
  type FakeItem,
  type Oddity,
} from '../../testing/fake-secret-service.ts';
import { createItemReader } from './read-item.ts';

const TIME_LIMIT_MS = 300;
const item = (account: string, value: string | Buffer = `value of ${account}`): FakeItem => ({
  account,
  value: Buffer.from(value),
});
const ITEMS = [item('a'), item('b', 'ünï ☃'), item('twice'), item('twice'), item('empty', '')];

async function read(address: string, ...accounts: string[]): Promise<(string | undefined)[]> {
  const reader = createItemReader(address, TIME_LIMIT_MS);
  const values = accounts.map((username) => reader.read({ service: 'postern', username }));
  return (await Promise.all(values)).map((value) => value && revealSecret(value));
}

describe('reading items of the Secret Service', () => {
  it.each([false, true])('gives the values, in one session; in pieces: %s', async (inPieces) => {
    await using bus = await startFakeBus(fakeSecretService(ITEMS), { inPieces });
    const values = await read(bus.address, 'a', 'b', 'empty', 'missing', 'twice');
    expect(values).toEqual(['value of a', 'ünï ☃', '', undefined, undefined]);
    expect(bus.connections).toBe(1);
    expect(bus.heard.filter((member) => member === 'OpenSession')).toHaveLength(1);
    expect(bus.heard.filter((member) => member === 'GetSecrets')).toHaveLength(3);
  });

  it('connects anew after the connection was given up', async () => {
    await using bus = await startFakeBus(fakeSecretService(ITEMS));
    const reader = createItemReader(bus.address, TIME_LIMIT_MS);
    const of = { service: 'postern', username: 'a' };
    for (const connections of [1, 1, 2]) {
      if (connections === 2) await new Promise((resolve) => setTimeout(resolve, 500));
      const value = await reader.read(of);
      expect(value && revealSecret(value)).toBe('value of a');
      expect(bus.connections).toBe(connections);
    }
  });

  const on =
    (member: string, say: ReturnType<Oddity>): Oddity =>
    (call) =>
      call.member === member ? say : undefined;
  const ODD: readonly (readonly [string, Oddity])[] = [
    ['is silent to the search', on('SearchItems', 'nothing')],
    ['is silent to the session', on('OpenSession', 'nothing')],
    ['is silent to the question', on('GetSecrets', 'nothing')],
    ['fails the search', on('SearchItems', 'error')],
    ['fails the session', on('OpenSession', 'error')],
    ['fails the question', on('GetSecrets', 'error')],
    ['finds a list that is cut off', on('SearchItems', (writer) => void writer.uint32(400))],
    ['knows no such algorithm', on('OpenSession', (writer) => void writer.signature('s').text(''))],
    [
      'has a key of no such group',
      on('OpenSession', (writer) => void writer.signature('ay').bytes(Buffer.alloc(9)).text('/s')),
    ],
    [
      'answers for another item',
      on('GetSecrets', (writer) => {
        writer.array(8, () => {
          writer.align(8).text('/other').align(8).text('/s');
          writer.bytes(Buffer.alloc(16)).bytes(Buffer.alloc(16)).text('text/plain');
        });
      }),
    ],
    ['answers for none', on('GetSecrets', (writer) => void writer.array(8, () => undefined))],
    ['sends what is no message', on('GetSecrets', Buffer.alloc(4000, 0xff))],
  ];
  it.each(ODD)('gives nothing of a service that %s', async (_name, oddity) => {
    await using bus = await startFakeBus(fakeSecretService(ITEMS, oddity));
    expect(await read(bus.address, 'a')).toEqual([undefined]);
  });

  it.each<readonly [string, FakeItem]>([
    ['is locked', { ...item('odd'), isLocked: true }],
    ['is no UTF-8', item('odd', Buffer.from([0xc3, 0x28]))],
  ])('gives nothing of an item that %s', async (_name, odd) => {
    await using bus = await startFakeBus(fakeSecretService([odd]));
    expect(await read(bus.address, 'odd')).toEqual([undefined]);
  });

  it('gives nothing where there is no bus', async () => {
    expect(await read('unix:path=/nonexistent/bus', 'a', 'b')).toEqual([undefined, undefined]);
    expect(await read('autolaunch:', 'a')).toEqual([undefined]);
  });
});
