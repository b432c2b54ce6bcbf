import { createServer, type RequestListener, type Server } from 'node:http';
import { failed, ok, type Result } from '@postern/kernel';

export interface ListenFailure {
  readonly reason: 'port-taken' | 'port-refused';
  readonly at: string;
}

export interface Listening {
  /** Stops accepting, closes idle connections, and after the grace time all others. */
  close(graceMs: number): Promise<void>;
}

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
} as const;

const LOOPBACK = [
  { host: '127.0.0.1', name: '' },
  { host: '::1', name: ' of [::1], where browsers look for localhost' },
] as const;

/** What the system says of an address that it does not have: there, nobody else can listen either. */
const NO_ADDRESS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Listens on a port of both loopback addresses; never on another. A browser may look for `localhost`
 * at either, so a port that somebody else has on one of them is taken.
 */
export async function listenOnLoopback(
  port: number,
  listener: RequestListener,
): Promise<Result<Listening, ListenFailure>> {
  const opened: Listening[] = [];
  for (const { host, name } of LOOPBACK) {
    const server = createServer(LIMITS, listener);
    const code = await outcome(server, () => server.listen({ port, host, ipv6Only: true }));
    if (code === undefined) {
      opened.push(listening(server));
      continue;
    }
    if (host === '::1' && NO_ADDRESS.has(code)) continue;
    await closeAll(opened, 0);
    const reason = code === 'EADDRINUSE' ? 'port-taken' : 'port-refused';
    return failed({ reason, at: `${String(port)}${name}` });
  }
  return ok({
    close: async (graceMs) => {
      await closeAll(opened, graceMs);
    },
  });
}

async function closeAll(opened: readonly Listening[], graceMs: number): Promise<void> {
  await Promise.all(
    opened.map(async (each) => {
      await each.close(graceMs);
    }),
  );
}

/** The system's code for why it does not listen; undefined where it does. */
export async function outcome(server: Server, listen: () => void): Promise<string | undefined> {
  return await new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'unknown');
    });
    server.once('listening', () => {
      resolve(undefined);
    });
    listen();
  });
}

/** A server that listens, and how it is closed. */
export function listening(server: Server): Listening {
  return {
    close: async (graceMs) => {
      await new Promise<void>((resolve) => {
        const force = setTimeout(() => {
          server.closeAllConnections();
        }, graceMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}
