import { createServer, type Server, type Socket } from 'node:net';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { ok } from '@postern/kernel';
import { systemRandomness } from '../system/system-randomness.ts';
import { scratchPlace } from '../testing/scratch-place.ts';
import { valueOf } from '../testing/value-of.ts';
import { askRunning } from './ask-running.ts';
import type { ControlPlace } from './control-address.ts';
import { newControlEntry, writeControlEntry, type ControlEntry } from './control-entry.ts';
import { proveAsServer } from './control-proof.ts';
import { socketIdentity } from './socket-path.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) server.close();
});

type Talk = (socket: Socket, entry: ControlEntry) => void | Promise<void>;

/** A listener at a place with its entry, and the number of bytes that it received. */
async function listenAt(place: ControlPlace, talk: Talk): Promise<() => number> {
  const entry = newControlEntry(join(place.runtimeDir, 'control.sock'), systemRandomness);
  valueOf(writeControlEntry(place, entry));
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    void talk(socket, entry);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(entry.socket, resolve));
  chmodSync(entry.socket, 0o600);
  return () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0);
}

/** The product's own proof, then these parts as the response. */
function answering(parts: readonly string[], hear: (text: string) => void = () => undefined): Talk {
  return async (socket, { key, socket: file }) => {
    const identity = valueOf(socketIdentity(file)) ?? '';
    await proveAsServer(socket, { key, name: 'control', socket: identity }, systemRandomness);
    socket.once('data', (request) => {
      hear(request.toString());
      void (async () => {
        for (const part of parts) {
          socket.write(part);
          await turn();
        }
        socket.end();
      })();
    });
    socket.resume();
  };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const LENGTH = `${OK}Content-Length: 7\r\n\r\n{"a":1}`;
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\n\r\n`;
const YES = { status: 200, body: { a: 1 } };

test.each<readonly [string, readonly string[], unknown]>([
  ['with a length', [LENGTH], YES],
  ['in chunks', [CHUNKED], YES],
  ['byte by byte, with a length', Array.from(LENGTH), YES],
  ['byte by byte, in chunks', Array.from(CHUNKED), YES],
  ['that ends with the connection', [`${OK}\r\n{"a":1}`], YES],
  ['with another status', ['HTTP/1.1 423 Locked\r\n\r\nnull'], { status: 423, body: null }],
  ['cut off', [LENGTH.slice(0, -1)], undefined],
  ['in chunks, cut off', [CHUNKED.slice(0, -5)], undefined],
  ['in chunks without a length', [`${OK}transfer-encoding: chunked\r\n\r\nz\r\n`], undefined],
  ['without a body', [`${OK}\r\n`], undefined],
  ["that isn't JSON", [`${OK}\r\nhello`], undefined],
  ["that isn't HTTP", ['hello'], undefined],
  ['without content', [], undefined],
])('an answer %s', async (_name, parts, expected) => {
  const place = scratchPlace();
  await listenAt(place, answering(parts));
  expect(await askRunning(place, 'GET', '/status')).toEqual(ok(expected));
});

test('sends the whole request, and none if no process listens', async () => {
  const place = scratchPlace();
  let text = '';
  await listenAt(
    place,
    answering([LENGTH], (request) => {
      text = request;
    }),
  );
  await askRunning(place, 'POST', '/x', { name: '☃' });
  expect(text).toMatch(/^POST \/x HTTP\/1\.1\r\nhost: control\r\n[^]*content-length: 14\r\n/);
  expect(text.endsWith('\r\n\r\n{"name":"☃"}')).toBe(true);
  expect(await askRunning(scratchPlace(), 'GET', '/')).toEqual(ok(undefined));
});

const UNPROVEN = { ok: false, failure: { code: 'CONTROL_UNPROVEN' } };
const FOREIGN = { ok: false, failure: { code: 'HOME_FOREIGN' } };
const ask = async (place: ControlPlace) =>
  await askRunning(place, 'POST', '/vault/secrets/put', { value: 'sk-plain' });

describe("nothing is sent to a listener that doesn't know the key", () => {
  test.each<readonly [string, Talk]>([
    [
      'answers at once as if it were the product',
      (socket) => void socket.write(LENGTH.padEnd(200)),
    ],
    ['sends 64 other bytes', (socket) => void socket.write(Buffer.alloc(64, 7))],
    [
      'sends the nonce back as its own proof',
      (socket) =>
        void socket.on('data', (nonce: Buffer) => socket.write(Buffer.concat([nonce, nonce]))),
    ],
    [
      'proves a different key',
      async (socket, { socket: file }) => {
        const identity = valueOf(socketIdentity(file)) ?? '';
        const channel = { key: 'ab'.repeat(32), name: 'control', socket: identity };
        await proveAsServer(socket, channel, systemRandomness);
      },
    ],
    [
      'relays the proof of another socket with the same key',
      async (socket, { key }) => {
        const channel = { key, name: 'control', socket: '1:2' };
        await proveAsServer(socket, channel, systemRandomness);
      },
    ],
    [
      "relays the proof of the same home's agent",
      async (socket, { key, socket: file }) => {
        const identity = valueOf(socketIdentity(file)) ?? '';
        await proveAsServer(socket, { key, name: 'agent', socket: identity }, systemRandomness);
      },
    ],
  ])('one that %s', async (_name, talk) => {
    const place = scratchPlace();
    const sent = await listenAt(place, talk);
    expect(await ask(place)).toMatchObject(UNPROVEN);
    // Only the nonce.
    expect(sent()).toBeLessThanOrEqual(32);
  });

  test('one that sends nothing', async () => {
    const place = scratchPlace();
    const sent = await listenAt(place, () => undefined);
    const timeouts = { proofMs: 20, answerMs: 20 };
    expect(await askRunning(place, 'POST', '/lock', { a: 1 }, timeouts)).toMatchObject(UNPROVEN);
    expect(sent()).toBe(32);
  });
});

test('disconnects from a listener that never ends its response', async () => {
  const place = scratchPlace();
  await listenAt(place, answering([`${OK}content-length: 7\r\n\r\n`, '{']));
  const timeouts = { proofMs: 10_000, answerMs: 20 };
  expect(await askRunning(place, 'GET', '/status', undefined, timeouts)).toEqual(ok(undefined));
});

test('retries if Postern is restarted during the request', async () => {
  const place = scratchPlace();
  let tries = 0;
  const stale = newControlEntry(join(place.runtimeDir, 'control.sock'), systemRandomness);
  await listenAt(place, async (socket, entry) => {
    tries += 1;
    // As if the client had read the process's entry before the restart.
    if (tries === 1) valueOf(writeControlEntry(place, entry));
    await answering([LENGTH])(socket, entry);
  });
  valueOf(writeControlEntry(place, stale));
  expect(await askRunning(place, 'GET', '/status')).toEqual(ok(YES));
});

describe("nothing is sent if the socket or its entry isn't private to this user", () => {
  const cases: readonly (readonly [string, (place: ControlPlace, socket: string) => void])[] = [
    [
      'a socket that others can use',
      (_place, socket) => {
        chmodSync(socket, 0o666);
      },
    ],
    [
      'a directory that others can enter',
      ({ runtimeDir }) => {
        chmodSync(runtimeDir, 0o711);
      },
    ],
    [
      'an entry that others can read',
      ({ entryFile }) => {
        chmodSync(entryFile, 0o644);
      },
    ],
    [
      'a file in place of the socket',
      (_place, socket) => {
        rmSync(socket);
        writeFileSync(socket, '', { mode: 0o600 });
      },
    ],
    [
      'a link in place of the entry',
      ({ entryFile }) => {
        writeFileSync(`${entryFile}.own`, readFileSync(entryFile), { mode: 0o600 });
        rmSync(entryFile);
        symlinkSync(`${entryFile}.own`, entryFile);
      },
    ],
    [
      'an entry with two names',
      ({ entryFile }) => {
        linkSync(entryFile, `${entryFile}.second`);
      },
    ],
    [
      'a directory in place of the entry',
      ({ entryFile }) => {
        rmSync(entryFile);
        mkdirSync(entryFile);
      },
    ],
  ];
  test.each(cases)('%s', async (_name, spoil) => {
    const place = scratchPlace();
    const sent = await listenAt(place, answering([LENGTH]));
    spoil(place, join(place.runtimeDir, 'control.sock'));
    expect(await ask(place)).toMatchObject(FOREIGN);
    expect(sent()).toBe(0);
  });
});
