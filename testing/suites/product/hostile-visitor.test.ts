import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { freshHome, POSTERN_LAUNCHER, upPostern } from '@postern/testing';
import { describe, expect, test } from 'vitest';

const MIB = 1024 * 1024;
/**
 * The size of the system's buffers: bytes that are already in transit when the server stops
 * reading.
 */
const MAX_IN_FLIGHT = 24 * MIB;

/**
 * Sends a long body for as long as the server reads it. Returns how much was sent, and the
 * response.
 */
async function pour(port: number, path: string): Promise<{ sent: number; answer: string }> {
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: localhost:${String(port)}`,
    'content-type: application/json',
    `content-length: ${String(512 * MIB)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const chunk = Buffer.alloc(MIB, 'a');
  let sent = 0;
  while (!socket.destroyed && sent < 512 * MIB) {
    sent += chunk.length;
    if (socket.write(chunk)) continue;
    const drained = new Promise<void>((resolve) => socket.once('drain', resolve));
    await Promise.race([drained, closed]);
  }
  await closed;
  return { sent, answer };
}

async function attempt(origin: string): Promise<number> {
  const response = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 'a-code-that-is-none' }),
  });
  await response.text();
  return response.status;
}

describe('a client without a session', () => {
  test.each([
    ['/api/session', 413],
    ['/api/conversations', 401],
    ['/api/unlock', 401],
    ['/nothing', 405],
  ])("can't make Postern read a long body at %s", async (path, status) => {
    using home = freshHome();
    await using postern = await upPostern({ environment: home.environment });
    const { port } = new URL(postern.pageAddress);
    const { sent, answer } = await pour(Number(port), path);
    expect(sent).toBeLessThan(MAX_IN_FLIGHT);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} |^$`));
    expect((await fetch(`${postern.address}/healthz`)).status).toBe(200);
  });

  test("can't fill the log, and a valid link still works", async () => {
    using home = freshHome();
    await using postern = await upPostern({ environment: home.environment });
    for (let count = 0; count < 200; count += 1) await attempt(postern.pageAddress);
    expect(await attempt(postern.pageAddress)).toBe(429);
    const lines = postern.program
      .stderr()
      .split('\n')
      .filter((line) => line.includes('launch'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(20);
    const code = new URL(postern.launchUrl).hash.replace('#launch=', '');
    const right = await fetch(`${postern.pageAddress}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    expect(right.status).toBe(200);
  });
});

/** Waits until the address of the page is printed, and returns it. */
async function originIn(output: Readable): Promise<string> {
  return await new Promise((resolve) => {
    let text = '';
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [, link] = /Open\s+(http:\S+)\s/.exec(text) ?? [];
      if (link !== undefined) resolve(new URL(link).origin);
    });
  });
}

describe("a Postern that can't write its output", () => {
  test.each(['stderr', 'stdout and stderr'])(
    'keeps running without a reader of %s',
    async (which) => {
      using home = freshHome();
      const parameters = ['--', POSTERN_LAUNCHER, 'up', '--no-open', '--port', '0'];
      const child = spawn(process.execPath, [...parameters, '--log-level', 'debug'], {
        env: home.environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = once(child, 'exit');
      const origin = await originIn(child.stdout);
      child.stderr.destroy();
      if (which !== 'stderr') child.stdout.destroy();
      for (let count = 0; count < 5; count += 1) expect(await attempt(origin)).toBe(401);
      expect((await fetch(`${origin}/healthz`)).status).toBe(200);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    },
  );

  test.skipIf(!existsSync('/dev/full'))('keeps running with its log on a full device', async () => {
    using home = freshHome();
    const line = `exec "$0" -- "$1" up --no-open --port 0 --log-level debug 2> /dev/full`;
    const child = spawn('bash', ['-c', line, process.execPath, POSTERN_LAUNCHER], {
      env: home.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    const origin = await originIn(child.stdout);
    for (let count = 0; count < 5; count += 1) expect(await attempt(origin)).toBe(401);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
