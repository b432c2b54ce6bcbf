import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { ok } from '@postern/kernel';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askRunning } from '../instance/ask-running.ts';
import type { ControlPlace } from '../instance/control-address.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { scratchPlace } from '../testing/scratch-place.ts';
import { valueOf } from '../testing/value-of.ts';
import { listenOnSocket } from './listen-on-socket.ts';

/** The product's listener at this place, and the number of requests that reached it. */
async function listenAt(place: ControlPlace): Promise<{ requests: () => number }> {
  let requests = 0;
  const listening = await listenOnSocket(place, systemRandomness, (_request, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}');
  });
  onTestFinished(async () => {
    await valueOf(listening).close(0);
  });
  return { requests: () => requests };
}

const socketOf = ({ runtimeDir }: ControlPlace): string => join(runtimeDir, 'control.sock');

/** Returns everything received until the listener disconnects. */
async function say(place: ControlPlace, ...parts: readonly Uint8Array[]): Promise<Buffer> {
  const socket: Socket = connect(socketOf(place));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

describe('a control socket', () => {
  test("responds to clients that can read its entry, and can't be found after its end", async () => {
    const place = scratchPlace();
    const listening = await listenOnSocket(place, systemRandomness, (_request, response) => {
      response.end('1');
    });
    expect(await askRunning(place, 'GET', '/')).toEqual(ok({ status: 200, body: 1 }));
    expect(statSync(place.entryFile).mode & 0o777).toBe(0o600);
    expect(statSync(socketOf(place)).mode & 0o777).toBe(0o600);
    await valueOf(listening).close(0);
    expect(existsSync(place.entryFile)).toBe(false);
    expect(existsSync(socketOf(place))).toBe(false);
  });

  test.each([
    ['a request at once', [Buffer.from('POST /lock HTTP/1.1\r\nhost: a\r\n\r\n'.padEnd(80))]],
    [
      'a wrong proof and a request',
      [Buffer.alloc(32), Buffer.alloc(32), Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ],
  ])('does nothing for a client that sends %s', async (_name, parts) => {
    const place = scratchPlace();
    const { requests } = await listenAt(place);
    // The listener sends only a nonce and its own proof.
    expect(await say(place, ...parts)).toHaveLength(64);
    expect(requests()).toBe(0);
  });

  test('has another key at every start', async () => {
    const place = scratchPlace();
    const keys: string[] = [];
    for (let start = 0; start < 2; start += 1) {
      const listening = await listenOnSocket(place, systemRandomness, () => undefined);
      keys.push(readFileSync(place.entryFile, 'utf8'));
      await valueOf(listening).close(0);
    }
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('works under a path that is too long for a socket', async () => {
    const runtimeDir = join(scratchDirectory(), 'x'.repeat(200));
    mkdirSync(runtimeDir, { mode: 0o700 });
    const place = { ...scratchPlace(), runtimeDir };
    const opened = await listenOnSocket(place, systemRandomness, (_request, response) => {
      response.end('1');
    });
    if (process.platform !== 'linux') {
      expect(opened).toMatchObject({ ok: false, failure: { code: 'CONTROL_SOCKET' } });
      return;
    }
    expect(await askRunning(place, 'GET', '/')).toEqual(ok({ status: 200, body: 1 }));
    await valueOf(opened).close(0);
    expect(existsSync(socketOf(place))).toBe(false);
  });

  test("isn't created in place of another file, which stays", async () => {
    const place = scratchPlace();
    writeFileSync(socketOf(place), 'mine', { mode: 0o600 });
    const opened = await listenOnSocket(place, systemRandomness, () => undefined);
    expect(opened).toMatchObject({ ok: false, failure: { code: 'HOME_FOREIGN' } });
    expect(readFileSync(socketOf(place), 'utf8')).toBe('mine');
  });
});
