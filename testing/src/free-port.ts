import { once } from 'node:events';
import { createServer } from 'node:net';
import { errnoOf } from '@postern/kernel';

/** A port that nobody listened on a moment ago, at either loopback address. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await freePortOf('127.0.0.1', 0);
    // Without IPv6 there is nobody in the way there.
    const isFree = await freePortOf('::1', port).then(
      () => true,
      (error: unknown) => errnoOf(error) !== 'EADDRINUSE',
    );
    if (isFree) return port;
  }
}

async function freePortOf(host: string, port: number): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP address');
  return address.port;
}
