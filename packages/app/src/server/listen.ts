import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { failed, ok, type Result } from '@postern/kernel';
import type { ConnectionsPerAddress } from './connections-per-address.ts';
import type { Listener } from './listener.ts';
import { secureOptions, type ListenerTls, type TlsIdentity } from './tls-identity.ts';

export interface ListenFailure {
  readonly reason: 'port-taken' | 'port-refused';
  readonly at: string;
}

export interface Listening {
  /** Stops accepting, closes idle connections, and after the grace time closes all others. */
  close(graceMs: number): Promise<void>;
}

export interface PortListening extends Listening {
  readonly port: number;
  /** Handles requests from now on, and those that wait. One worker of several gets requests as soon as it listens. */
  handle(listener: RequestListener): void;
  /** Uses this certificate for new connections. The others keep theirs. */
  useIdentity(identity: TlsIdentity): void;
}

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
} as const;

/**
 * The error for an address that the system doesn't have. No other program can listen there either.
 */
const NO_ADDRESS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** How often to retry if the port that the system picked is in use at another address. */
const PICKS = 20;

/** What `listenOn` needs to know of a listener. */
export type ListenOptions = Pick<Listener, 'addresses' | 'port' | 'tls'> & {
  /** Whether the peer with this address may connect. Default: everyone. */
  readonly admits?: (address: string) => boolean;
  /** Default: no limit. */
  readonly connections?: ConnectionsPerAddress;
};

/** Listens on one port of all addresses of a listener. For port 0 the system picks a free port. */
export async function listenOn(
  listener: ListenOptions,
): Promise<Result<PortListening, ListenFailure>> {
  for (let picks = 1; ; picks += 1) {
    const opened = await openAll(listener);
    if (opened.ok || listener.port !== 0 || picks === PICKS) return opened;
  }
}

async function openAll({
  addresses,
  port: wanted,
  tls,
  ...whom
}: ListenOptions): Promise<Result<PortListening, ListenFailure>> {
  const opened: Server[] = [];
  const early: Parameters<RequestListener>[] = [];
  const keep: RequestListener = (...call) => early.push(call);
  let port = wanted;
  for (const { host, label, isRequired } of addresses) {
    const server = serverWith(tls).on('request', keep);
    refusePeers(server, whom);
    const code = await outcome(server, () => server.listen({ port, host, ipv6Only: true }));
    if (code === undefined) {
      opened.push(server);
      port = portOf(server);
      continue;
    }
    if (!isRequired && NO_ADDRESS.has(code)) continue;
    await closeAll(opened, 0);
    const reason = code === 'EADDRINUSE' ? 'port-taken' : 'port-refused';
    return failed({ reason, at: `${String(port)}${label}` });
  }
  return ok({
    port,
    handle: (listener) => {
      for (const server of opened) server.off('request', keep).on('request', listener);
      for (const call of early.splice(0)) listener(...call);
    },
    useIdentity: (identity) => {
      for (const server of opened) {
        if (server instanceof TlsServer) {
          server.setSecureContext(secureOptions(identity, tls?.clients));
        }
      }
    },
    close: async (graceMs) => {
      await closeAll(opened, graceMs);
    },
  });
}

/** The timeout for a client's part of a TLS handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

function serverWith(tls: ListenerTls | undefined): Server {
  if (tls === undefined) return createServer(LIMITS);
  const { identity, clients } = tls;
  const server = createTlsServer({
    ...LIMITS,
    ...secureOptions(identity, clients),
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ALPNProtocols: ['http/1.1'],
    requestCert: clients !== undefined,
    rejectUnauthorized: clients?.areRequired === true,
  });
  if (clients?.areRequired === false) server.on('secureConnection', refuseInvalidCertificate);
  return server;
}

/** A client may show no certificate, but not a false one: it would believe that it counts. */
function refuseInvalidCertificate(socket: TLSSocket): void {
  if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) socket.destroy();
}

/** Before a byte is read, and before a TLS handshake costs anything. */
function refusePeers(
  server: Server,
  { admits = () => true, connections }: Pick<ListenOptions, 'admits' | 'connections'>,
): void {
  server.prependListener('connection', (socket: Socket) => {
    const mayConnect = admits(socket.remoteAddress ?? '') && connections?.admit(socket) !== false;
    if (!mayConnect) socket.destroy();
  });
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

/** The system's error code; undefined if the server listens. */
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

const IDLE_CHECK_MS = 50;

/** A listening server, and how to close it. */
export function listening(server: Server): Listening {
  return {
    close: async (graceMs) => {
      await new Promise<void>((resolve) => {
        const force = setTimeout(() => {
          server.closeAllConnections();
        }, graceMs);
        // A connection whose last response has ended would stay open for the next request.
        const idle = setInterval(() => {
          server.closeIdleConnections();
        }, IDLE_CHECK_MS);
        server.close(() => {
          clearTimeout(force);
          clearInterval(idle);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}
