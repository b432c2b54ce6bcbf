import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { askRunning } from './ask-running.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers every request with these parts, and what it was asked. */
async function answering(parts: readonly string[]): Promise<{ path: string; asked: () => string }> {
  const path = join(mkdtempSync(join(tmpdir(), 'postern-ask-')), 's');
  let asked = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      asked += chunk.toString();
      void (async () => {
        for (const part of parts) {
          socket.write(part);
          await turn();
        }
        socket.end();
      })();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { path, asked: () => asked };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const LENGTH = `${OK}Content-Length: 7\r\n\r\n{"a":1}`;
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\n\r\n`;
const YES = { status: 200, body: { a: 1 } };

test.each<readonly [string, readonly string[], unknown]>([
  ['of a length', [LENGTH], YES],
  ['in chunks', [CHUNKED], YES],
  ['byte by byte, of a length', Array.from(LENGTH), YES],
  ['byte by byte, in chunks', Array.from(CHUNKED), YES],
  ['that ends with the connection', [`${OK}\r\n{"a":1}`], YES],
  ['of another status', ['HTTP/1.1 423 Locked\r\n\r\nnull'], { status: 423, body: null }],
  ['cut off', [LENGTH.slice(0, -1)], undefined],
  ['in chunks, cut off', [CHUNKED.slice(0, -5)], undefined],
  ['in chunks without a length', [`${OK}transfer-encoding: chunked\r\n\r\nz\r\n`], undefined],
  ['without a body', [`${OK}\r\n`], undefined],
  ['that is no JSON', [`${OK}\r\nhello`], undefined],
  ['that is no HTTP', ['hello'], undefined],
  ['of nothing', [], undefined],
])('an answer %s', async (_name, parts, expected) => {
  const { path } = await answering(parts);
  expect(await askRunning(path, 'GET', '/status')).toEqual(expected);
});

test('the request is whole, and nobody is asked where nobody listens', async () => {
  const { path, asked } = await answering([LENGTH]);
  await askRunning(path, 'POST', '/x', { name: '☃' });
  expect(asked()).toMatch(/^POST \/x HTTP\/1\.1\r\nhost: control\r\n[^]*content-length: 14\r\n/);
  expect(asked().endsWith('\r\n\r\n{"name":"☃"}')).toBe(true);
  expect(await askRunning(`${path}-none`, 'GET', '/')).toBeUndefined();
});
