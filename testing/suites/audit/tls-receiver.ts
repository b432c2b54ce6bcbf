import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { CertificateFiles, TestCertificates } from './test-certificates.ts';

/** A server that receives JSON lines, one record each. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** The numbers of the received records, over all connections. */
  numbers(): readonly number[];
  /** All received text. */
  text(): string;
  /** Resolves on the first connection. */
  readonly connected: Promise<undefined>;
}

export interface ReceiverOptions {
  /** Default: the system picks the port. */
  readonly port?: number;
  readonly tls?: {
    readonly server: CertificateFiles;
    readonly certificates: TestCertificates;
    readonly asksClient?: boolean;
  };
  /** How to handle a connection, counted from 1. Default: read it to its end. */
  readonly treat?: (connection: number) => 'read' | 'leave' | 'close';
}

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { treat = () => 'read', tls } = options;
  const read: Buffer[] = [];
  const sockets = new Set<Socket>();
  const connected = Promise.withResolvers<undefined>();
  let connections = 0;
  const onSocket = (socket: Socket): void => {
    socket.on('error', () => undefined);
    connections += 1;
    connected.resolve(undefined);
    const treatment = treat(connections);
    if (treatment === 'leave') return;
    if (treatment === 'close') {
      socket.destroy();
      return;
    }
    socket.on('data', (chunk: Buffer) => read.push(chunk));
    socket.on('end', () => socket.end());
  };
  const server =
    tls === undefined
      ? createTcpServer({ allowHalfOpen: true }, onSocket)
      : createTlsServer(
          {
            allowHalfOpen: true,
            cert: await readFile(tls.server.certificate),
            key: await readFile(tls.server.key),
            ca: tls.certificates.authorityPem,
            requestCert: tls.asksClient === true,
          },
          onSocket,
        );
  // Includes connections whose TLS handshake fails.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const text = (): string => Buffer.concat(read).toString();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    text,
    numbers: () => [...text().matchAll(/^\{"v":1,"seq":(\d+),/gm)].map(([, seq]) => Number(seq)),
    connected: connected.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
