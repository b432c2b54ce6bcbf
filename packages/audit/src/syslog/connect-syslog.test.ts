import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expectOk, Secret } from '@postern/kernel';
import { afterEach, describe, expect, test } from 'vitest';
import { connectSyslog, type SyslogConnection } from './connect-syslog.ts';

const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function connectTo(port: number, timeoutMs = 5000): Promise<SyslogConnection> {
  return expectOk(await connectSyslog({ host: '127.0.0.1', port, timeoutMs }));
}

/** Parses octet-counted frames (RFC 6587 §3.4.1). */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = space + 1 + Number(bytes.subarray(at, space).toString());
    frames.push(bytes.subarray(space + 1, end).toString());
    at = end;
  }
  return frames;
}

describe('over TCP', () => {
  test('delivers every message completely, counted in bytes, before close returns', async () => {
    const received: Buffer[] = [];
    const port = await listen((socket) => {
      socket.on('data', (chunk) => received.push(chunk));
      socket.on('end', () => socket.end());
    });
    const messages = ['<1>1 - - - - - - plain', 'größer 😀\nwith a line feed', 'x'.repeat(70_000)];
    const many = Array.from({ length: 500 }, (_, at) => `${messages[at % 3] ?? ''} ${at}`);
    const connection = await connectTo(port);
    for (const message of many) expectOk(await connection.send(message));
    expectOk(await connection.close());
    expect(framesOf(Buffer.concat(received))).toEqual(many);
  });

  test('sends each message as a line with line-feed framing', async () => {
    const received: Buffer[] = [];
    const port = await listen((socket) => {
      socket.on('data', (chunk) => received.push(chunk));
      socket.on('end', () => socket.end());
    });
    const target = { host: '127.0.0.1', port, timeoutMs: 5000, framing: 'line-feed' } as const;
    const connection = expectOk(await connectSyslog(target));
    for (const message of ['{"a":1}', 'größer']) expectOk(await connection.send(message));
    expectOk(await connection.close());
    expect(Buffer.concat(received).toString()).toBe('{"a":1}\ngrößer\n');
  });

  test("refuses a client certificate that isn't PEM before connecting", async () => {
    const tls = { client: { certificate: 'no', key: Secret.of('no') } };
    let connections = 0;
    const port = await listen(() => {
      connections += 1;
    });
    const connected = await connectSyslog({ host: '127.0.0.1', port, timeoutMs: 5000, tls });
    expect(connected).toMatchObject({ ok: false, failure: { reason: 'syslog-credentials' } });
    expect(connections).toBe(0);
  });

  test('fails for a port without a listener', async () => {
    const failure = { reason: 'syslog-unreachable', errno: 'ECONNREFUSED' };
    const connected = await connectSyslog({ host: '127.0.0.1', port: 1, timeoutMs: 5000 });
    expect(connected).toEqual({ ok: false, failure });
  });

  test('fails the next message or close if the receiver closes the connection', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.end()));
    const connection = await connectTo(port);
    expectOk(await connection.send('first'));
    await expect.poll(async () => (await connection.send('later')).ok).toBe(false);
    expect(await connection.close()).toMatchObject({ failure: { reason: 'syslog-unreachable' } });
  });

  test("fails after the timeout if the receiver doesn't read", async () => {
    const port = await listen((socket) => socket.pause());
    const connection = await connectTo(port, 200);
    const sendUntilFull = async (): Promise<unknown> => {
      for (;;) {
        const sent = await connection.send('x'.repeat(1_000_000));
        if (!sent.ok) return sent.failure;
      }
    };
    expect(await sendUntilFull()).toEqual({ reason: 'syslog-unreachable', errno: 'ETIMEDOUT' });
  });

  test('fails to close after the timeout if the receiver never closes', async () => {
    const port = await listen((socket) => socket.resume());
    const connection = await connectTo(port, 200);
    expectOk(await connection.send('message'));
    expect(await connection.close()).toMatchObject({ failure: { errno: 'ETIMEDOUT' } });
  });
});
