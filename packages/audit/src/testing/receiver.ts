import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A receiver of records over plain TCP, separated by line feeds. */
export interface TestReceiver extends AsyncDisposable {
  readonly port: number;
  /** Everything that was received over all connections. */
  lines(): readonly string[];
}

/** Decides how to treat a connection. `connection` counts from 1. */
export type Treatment = (socket: Socket, connection: number) => 'read' | 'left';

export async function startReceiver(treat: Treatment = () => 'read'): Promise<TestReceiver> {
  const read: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    connections += 1;
    if (treat(socket, connections) === 'left') return;
    socket.on('data', (chunk) => read.push(chunk));
    socket.on('end', () => socket.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    lines: () => Buffer.concat(read).toString().split('\n').slice(0, -1),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
