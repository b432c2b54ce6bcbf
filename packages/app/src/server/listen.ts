import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { failed, ok, type Result } from '@postern/kernel';

export interface ListenFailure {
  readonly reason: 'port-taken' | 'port-refused';
  readonly at: string;
}

export interface Listening {
  /** Stops accepting, closes idle connections, and after the grace time all others. */
  close(graceMs: number): Promise<void>;
}

export interface LoopbackListening extends Listening {
  readonly port: number;
  /** Answers requests from now on. */
  handle(listener: RequestListener): void;
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

/** How often a port that the system picked may be taken at the other address. */
const PICKS = 20;

/**
 * Listens on a port of both loopback addresses; never on another. A browser may look for `localhost`
 * at either, so a port that somebody else has on one of them is taken. For port 0 the system picks a
 * free one.
 */
export async function listenOnLoopback(
  wanted: number,
): Promise<Result<LoopbackListening, ListenFailure>> {
  for (let picks = 1; ; picks += 1) {
    const opened = await openBoth(wanted);
    if (opened.ok || wanted !== 0 || picks === PICKS) return opened;
  }
}

async function openBoth(wanted: number): Promise<Result<LoopbackListening, ListenFailure>> {
  const opened: Server[] = [];
  let port = wanted;
  for (const { host, name } of LOOPBACK) {
    const server = createServer(LIMITS, refuseYet);
    const code = await outcome(server, () => server.listen({ port, host, ipv6Only: true }));
    if (code === undefined) {
      opened.push(server);
      port = portOf(server);
      continue;
    }
    if (host === '::1' && NO_ADDRESS.has(code)) continue;
    await closeAll(opened, 0);
    const reason = code === 'EADDRINUSE' ? 'port-taken' : 'port-refused';
    return failed({ reason, at: `${String(port)}${name}` });
  }
  return ok({
    port,
    handle: (listener) => {
      for (const server of opened) server.off('request', refuseYet).on('request', listener);
    },
    close: async (graceMs) => {
      await closeAll(opened, graceMs);
    },
  });
}

/** Until there is somebody to answer, a client meets a closed connection, as before the start. */
function refuseYet(request: IncomingMessage): void {
  request.socket.destroy();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP address');
  return address.port;
}

async function closeAll(opened: readonly Server[], graceMs: number): Promise<void> {
  await Promise.all(
    opened.map(async (server) => {
      await listening(server).close(graceMs);
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
