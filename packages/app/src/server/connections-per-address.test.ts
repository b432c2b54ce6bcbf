import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { expectOk } from '@postern/kernel';
import { makeCertificateAuthority } from '@postern/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createProcessLog } from '../log/process-log.ts';
import { systemClock } from '../system/system-clock.ts';
import { listenerTls } from '../testing/listener-tls.ts';
import { trustedProxies } from './client-address.ts';
import { ConnectionsPerAddress } from './connections-per-address.ts';
import { loopbackListener, type Listener } from './listener.ts';
import { openListener, type ConnectionLimit } from './open-listener.ts';

const AUTHORITY = makeCertificateAuthority();
const limit: { connections: number; countsLoopback: boolean } = {
  connections: 2,
  countsLoopback: true,
};
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  Object.assign(limit, { connections: 2, countsLoopback: true } satisfies ConnectionLimit);
  for (const close of closing.splice(0)) await close();
});

async function open(changes: Partial<Listener> = {}): Promise<number> {
  const opened = await openListener({
    listener: { ...loopbackListener(0), ...changes },
    routers: {},
    clock: systemClock,
    log: createProcessLog({
      clock: systemClock,
      config: { level: 'error', format: 'text' },
      out: () => undefined,
    }),
    perAddress: () => limit,
  });
  const listening = expectOk(opened);
  closing.push(() => listening.close(0));
  return Number(new URL(listening.place.gatewayUrl).port);
}

/** A connection that sends nothing, once the server has accepted it. */
async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  closing.push(async () => {
    await Promise.resolve(socket.destroy());
  });
  await once(socket, 'connect');
  return socket;
}

/** Whether the server answers on a connection, rather than closing it. */
async function answers(socket: Socket): Promise<boolean> {
  socket.write('GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: keep-alive\r\n\r\n');
  const first = await Promise.race([
    once(socket, 'data').then(() => true),
    once(socket, 'close').then(() => false),
  ]);
  return first;
}

describe('the connections of one address', () => {
  it('are closed above the limit, also if nothing is sent, and one that ends makes room', async () => {
    const port = await open();
    const first = await connected(port);
    await connected(port);
    expect(await answers(await connected(port))).toBe(false);
    first.destroy();
    await expect.poll(async () => await answers(await connected(port))).toBe(true);
  });

  it('follow a limit that changes', async () => {
    const port = await open();
    await connected(port);
    await connected(port);
    limit.connections = 3;
    const third = await connected(port);
    expect(await answers(await connected(port))).toBe(false);
    expect(await answers(third)).toBe(true);
  });

  it('are closed before a TLS handshake', async () => {
    const port = await open({ tls: listenerTls(AUTHORITY.issue({ names: ['localhost'] })) });
    await connected(port);
    await connected(port);
    const third = await connected(port);
    await once(third, 'close');
    expect(third.bytesRead).toBe(0);
  });

  it.each([
    ['of this machine, by default', {}, false],
    [
      'of a trusted proxy',
      { proxies: trustedProxies({ trustedProxies: ['127.0.0.1'], forwardedHeader: 'forwarded' }) },
      true,
    ],
  ])("aren't limited: %s", async (_name, changes, countsLoopback) => {
    limit.countsLoopback = countsLoopback;
    const port = await open(changes);
    for (let count = 0; count < 5; count += 1) {
      const socket = await connected(port);
      expect(socket.destroyed).toBe(false);
      if (count === 4) expect(await answers(socket)).toBe(true);
    }
  });

  it('count by the /64 of an IPv6 address', () => {
    const connections = new ConnectionsPerAddress(() => 1);
    const from = (remoteAddress: string): boolean =>
      connections.admit(
        Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress }),
      );
    expect(from('2001:db8::1')).toBe(true);
    expect(from('2001:db8::2')).toBe(false);
    expect(from('2001:db8:0:1::2')).toBe(true);
    expect(from('::ffff:10.0.0.1')).toBe(true);
    expect(from('10.0.0.1')).toBe(false);
  });
});
