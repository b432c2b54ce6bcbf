import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { servePlace, startServing } from './serve-place.ts';

const PIECE_BYTES = 16;
const AT_ONCE = 12;
const ROUNDS = 60;

const requestTo = (port: number): Buffer =>
  Buffer.from(
    [
      'POST /v1/messages HTTP/1.1',
      `host: 127.0.0.1:${String(port)}`,
      'content-type: application/json',
      'content-length: 900',
      'connection: close',
      '',
      'a'.repeat(900),
    ].join('\r\n'),
  );

function sendAll(socket: Socket, bytes: Buffer): void {
  if (bytes.length === 0 || socket.destroyed) return;
  const piece = bytes.subarray(0, PIECE_BYTES);
  socket.write(piece, () => setImmediate(sendAll, socket, bytes.subarray(PIECE_BYTES)));
}

/** The first line of what a client receives that is still sending when it is refused. */
async function answerTo(port: number): Promise<string> {
  return await new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('connect', () => {
      sendAll(socket, requestTo(port));
    });
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      resolve(text.split('\r\n', 1)[0] ?? '');
    });
  });
}

test('a refusal reaches a client that is still sending and closes the connection after it', async () => {
  const place = await servePlace();
  place.configure({
    gateway: { perAddress: { requestsPerMinute: 100_000, failuresPerMinute: 100_000 } },
  });
  const { url, program } = await startServing(place);
  const port = Number(new URL(url).port);
  const found = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => answerTo(port)));
    for (const answer of answers) found.add(answer);
  }
  expect(found).toEqual(new Set(['HTTP/1.1 401 Unauthorized']));
  expect(await program.stop()).toMatchObject({ code: 0 });
});
