import { createServer, type RequestListener, type Server } from 'node:http';
import { chmodSync, rmSync } from 'node:fs';
import { failed, ok, type Result } from '@postern/kernel';

export interface ListenFailure {
  readonly reason: 'port-taken' | 'port-refused' | 'socket-refused';
  readonly at: string;
}

export interface Listening {
  readonly server: Server;
  /** Stops accepting, closes idle connections, and after the grace time all others. */
  close(graceMs: number): Promise<void>;
}

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
} as const;

/** Listens on a loopback port; never on another address. */
export async function listenOnLoopback(
  port: number,
  listener: RequestListener,
): Promise<Result<Listening, ListenFailure>> {
  const server = createServer(LIMITS, listener);
  const code = await outcome(server, () => server.listen(port, '127.0.0.1'));
  if (code === undefined) return ok(listening(server));
  const reason = code === 'EADDRINUSE' ? 'port-taken' : 'port-refused';
  return failed({ reason, at: String(port) });
}

/** Listens on a Unix socket, mode 0600. A socket left by a dead process is replaced. */
export async function listenOnSocket(
  path: string,
  listener: RequestListener,
): Promise<Result<Listening, ListenFailure>> {
  const server = createServer(LIMITS, listener);
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const code = await outcome(server, () => server.listen(path));
  if (code !== undefined) return failed({ reason: 'socket-refused', at: path });
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return ok(listening(server));
}

async function outcome(server: Server, listen: () => void): Promise<string | undefined> {
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

function listening(server: Server): Listening {
  return {
    server,
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
