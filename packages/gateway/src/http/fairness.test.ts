import { expectOk, revealSecret } from '@postern/kernel';
import { startFakeUpstream, textReply, type FakeUpstream } from '@postern/testing';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayLimits } from '../ports.ts';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';

/* One key takes all that it can; another one is served. Told by the order of events, not by time. */

const CHAT = '/v1/chat/completions';

let upstream: FakeUpstream;
let running: RunningGateway;
let sockets: Socket[];
let others = 0;

beforeEach(async () => {
  upstream = await startFakeUpstream();
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await running.close();
  await upstream.close();
});

async function start(limits: Partial<GatewayLimits>): Promise<void> {
  running = await startGateway({ baseUrls: upstream.baseUrls, limits });
}

const body = (content = 'hi', stream = false): string =>
  JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content }] });

/** Sends as the greedy key, over a connection of its own; what comes back is left unread. */
function send(text: string, length = Buffer.byteLength(text)): Socket {
  const socket = connect(running.port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  sockets.push(socket);
  socket.write(
    `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${running.key}\r\ncontent-length: ${length}\r\n\r\n${text}`,
  );
  return socket;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** Sends a request with a new key. */
async function askAsAnother(content = 'hi'): Promise<number> {
  others += 1;
  const { key } = expectOk(
    running.store.keys.create({ name: `other ${others}`, settings: { models: 'all' } }),
  );
  const response = await fetch(running.url + CHAT, {
    method: 'POST',
    headers: { 'x-api-key': revealSecret(key) },
    body: body(content),
  });
  await response.text();
  return response.status;
}

describe('a key that takes all it can', { timeout: 60_000 }, () => {
  it("with slow bodies doesn't count as running", async () => {
    await start({ maxConcurrent: 8, maxQueued: 8 });
    for (let count = 0; count < 300; count += 1) send('{"model":', 100_000);
    await until(() => running.gateway.runningCalls === 300);
    expect(await askAsAnother()).toBe(200);
    expect(running.gateway.runningCalls).toBe(300);
  });

  it('with slow streams leaves room to run and to wait to others', async () => {
    await start({ maxConcurrent: 40, maxQueued: 40, queueTimeoutMs: 600_000 });
    upstream.respond(({ body }) =>
      Buffer.from(body).includes('"slow"')
        ? textReply('a b c', { fault: { kind: 'stall', afterFrames: 2 } })
        : undefined,
    );
    for (let count = 0; count < 200; count += 1) send(body('slow', true));
    // Thirty are served, thirty wait, all others were refused.
    await until(() => upstream.requests.length === 30 && running.gateway.runningCalls === 60);
    for (let count = 0; count < 20; count += 1) expect(await askAsAnother()).toBe(200);
    expect(running.gateway.runningCalls).toBe(60);
    expect(running.entries.every(({ keyId }) => keyId !== running.keyId)).toBe(true);
  });

  it('with large bodies leaves memory to others', async () => {
    await start({ bodyMemoryBytes: 16 * 1024 * 1024 });
    const piece = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count += 1) send(piece, 2 * piece.length);
    const refused = await refusals(sockets, 28);
    expect(refused).toMatch(/^HTTP\/1\.1 429 .*"code":"GATEWAY_OVERLOADED"/s);
    expect(await askAsAnother(piece)).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until(() => running.gateway.runningCalls === 0);
    expect(await askAsAnother(piece.repeat(10))).toBe(200);
  });

  it('with a body in tiny pieces takes the memory that it costs', async () => {
    await start({ bodyMemoryBytes: 4 * 1024 * 1024 });
    const socket = connect(running.port, '127.0.0.1');
    sockets.push(socket);
    socket.write(
      `POST ${CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${running.key}\r\ntransfer-encoding: chunked\r\n\r\n` +
        '1\r\n \r\n'.repeat(20_000),
    );
    expect(await refusals([socket], 1)).toMatch(/^HTTP\/1\.1 429 /);
  });
});

/** Reads until so many of the sockets were answered; the last answer. */
function refusals(from: readonly Socket[], count: number): Promise<string> {
  let answered = 0;
  return new Promise((resolve) => {
    for (const socket of from) {
      socket.once('data', (data) => {
        answered += 1;
        if (answered === count) resolve(data.toString());
      });
      socket.resume();
    }
  });
}
