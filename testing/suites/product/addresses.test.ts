import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { errnoOf } from '@postern/kernel';
import { freshHome, runPostern, skipBecause, upPostern } from '@postern/testing';
import { describe, expect, test } from 'vitest';

async function listenOn(host: string, port: number): Promise<Server> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP address');
  return address.port;
}

async function whyNoIpv6(): Promise<string | undefined> {
  try {
    const server = await listenOn('::1', 0);
    server.close();
    return undefined;
  } catch (error) {
    return `there is no IPv6 loopback (${errnoOf(error) ?? 'unknown'})`;
  }
}

const why = await whyNoIpv6();

describe.skipIf(skipBecause('both loopback addresses', why))('both loopback addresses', () => {
  test('serves the page and its API only at localhost, and the gateway at every loopback name', async () => {
    using home = freshHome();
    await using postern = await upPostern({ environment: home.environment });
    const { port } = new URL(postern.pageAddress);
    expect(postern.launchUrl).toMatch(/^http:\/\/localhost:\d+\/#launch=[\w-]+$/);
    const answers = ['localhost', '127.0.0.1', '[::1]'].map(async (name) => {
      const at = `http://${name}:${port}`;
      const page = await fetch(`${at}/`, { redirect: 'manual' });
      const api = await fetch(`${at}/api/state`);
      const gateway = await fetch(`${at}/v1/models`);
      return [page.status, page.headers.get('location'), api.status, gateway.status];
    });
    const location = `${postern.pageAddress}/`;
    expect(await Promise.all(answers)).toEqual([
      [200, null, 401, 401],
      [307, location, 403, 401],
      [307, location, 403, 401],
    ]);
  });

  test.each(['127.0.0.1', '::1'])(
    'refuses a port that another program uses at %s',
    async (host) => {
      using home = freshHome();
      const squatter = await listenOn(host, 0);
      const port = portOf(squatter);
      const { environment } = home;
      const ended = await runPostern(['up', '--no-open', '--port', String(port)], { environment });
      squatter.close();
      expect(ended).toMatchObject({ code: 7, stdout: '' });
      expect(ended.stderr).toMatch(/listening on port \d+.*\[PORT_TAKEN\]\n$/);
      expect(ended.stderr.includes('[::1]')).toBe(host === '::1');
      // The address that was free isn't in use afterwards.
      (await listenOn(host === '::1' ? '127.0.0.1' : '::1', port)).close();
    },
  );
});
