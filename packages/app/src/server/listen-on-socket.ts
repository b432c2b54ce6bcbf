import { createServer, type RequestListener, type Server } from 'node:http';
import { lstatSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { isOwn } from '@postern/disk';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import type { ControlPlace } from '../instance/control-address.ts';
import { foreign } from '../config/read-privately.ts';
import {
  newControlEntry,
  writeControlEntry,
  type ControlEntry,
} from '../instance/control-entry.ts';
import { proveAsServer, type Channel } from '../instance/control-proof.ts';
import { socketIdentity, socketPath } from '../instance/socket-path.ts';
import { listening, outcome, type Listening } from './listen.ts';

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
} as const;

/** More concurrent commands of one user than this are a mistake. */
const MAX_CONNECTIONS = 128;

/** The time limit for a client's proof. */
const PROOF_TIMEOUT_MS = 10_000;

/**
 * Listens on the socket of a place, mode 0600, for this user's processes, which must prove that
 * they can read its entry. The caller holds the lock of the place, so an existing socket is left
 * over from a dead process and is replaced. Anything else at the path is left unchanged and causes
 * a failure.
 */
export async function listenOnSocket(
  place: ControlPlace,
  randomness: Randomness,
  listener: RequestListener,
): Promise<Result<Listening, Problem>> {
  const entry = newControlEntry(addressOf(place, randomness), randomness);
  const cleared = clearSocket(entry.socket);
  if (!cleared.ok) return cleared;
  // Before the socket exists: a client with the old entry must not find a different process here.
  const written = writeControlEntry(place, entry);
  if (!written.ok) return written;
  const server = createServer(LIMITS, listener);
  server.maxConnections = MAX_CONNECTIONS;
  const opened = await openSocket(server, entry.socket);
  if (!opened.ok) {
    rmSync(place.entryFile, { force: true });
    return opened;
  }
  const { identity, release } = opened.value;
  const channel = { key: entry.key, name: place.name, socket: identity };
  const unproven = requireProof(server, channel, randomness);
  return ok({
    server,
    close: async (graceMs) => {
      rmSync(place.entryFile, { force: true });
      for (const socket of unproven) socket.destroy();
      await listening(server).close(graceMs);
      release();
    },
  });
}

/** On Windows, a random name that no other process can know. */
function addressOf({ name, runtimeDir }: ControlPlace, randomness: Randomness): string {
  const random = Buffer.from(randomness.bytes(16)).toString('hex');
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\postern-${name}-${random}`
    : join(runtimeDir, `${name}.sock`);
}

function clearSocket(path: ControlEntry['socket']): Result<undefined, Problem> {
  if (process.platform === 'win32') return ok();
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return ok();
  if (!stats.isSocket() || !isOwn(stats)) return failed(foreign(path));
  rmSync(path, { force: true });
  return ok();
}

async function openSocket(
  server: Server,
  socket: string,
): Promise<Result<{ readonly identity: string; readonly release: () => void }, Problem>> {
  const bound = socketPath(socket);
  if (!bound.ok) return bound;
  const { path } = bound.value;
  const release = (): void => {
    bound.value[Symbol.dispose]();
  };
  const code = await outcome(server, () => {
    listenPrivately(server, path);
  });
  const identity = code === undefined ? socketIdentity(socket) : ok(undefined);
  if (identity.ok && identity.value !== undefined) {
    return ok({ identity: identity.value, release });
  }
  server.close();
  release();
  return identity.ok ? failed(problem('CONTROL_SOCKET', `Can't open ${socket}.`)) : identity;
}

/**
 * Requires the proof before the server handles a connection. Returns the connections without a
 * proof yet.
 */
function requireProof(
  server: Server,
  channel: Channel,
  randomness: Randomness,
): ReadonlySet<Socket> {
  const unproven = new Set<Socket>();
  const accepting = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    unproven.add(socket);
    socket.on('error', () => undefined);
    const timer = setTimeout(() => socket.destroy(), PROOF_TIMEOUT_MS);
    void proveAsServer(socket, channel, randomness).then((isProven) => {
      clearTimeout(timer);
      unproven.delete(socket);
      if (!isProven || !server.listening) {
        socket.destroy();
        return;
      }
      for (const accept of accepting) accept.call(server, socket);
      socket.resume();
    });
  });
  return unproven;
}

/**
 * Creates the socket with mode 0600. If it got its mode afterwards, a command that looks in between would
 * take it for another user's. Node binds the path before `listen` returns.
 */
function listenPrivately(server: Server, path: string): void {
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
}
