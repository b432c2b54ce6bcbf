import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Randomness } from '@postern/kernel';

/*
 * Before anything else is sent on a control socket, both sides prove that they can read the key in its
 * entry (`control-entry.ts`):
 *
 *   client → server   nonce C, 32 bytes
 *   server → client   nonce S, 32 bytes, and HMAC-SHA256(key, "server" ‖ channel ‖ C ‖ S)
 *   client → server   HMAC-SHA256(key, "client" ‖ channel ‖ C ‖ S)
 *
 * The name of the side prevents a proof from being reflected to its sender. The channel (the name of the
 * place and the socket's own file) prevents it from being relayed through another socket.
 */

const NONCE_BYTES = 32;
const MAC_BYTES = 32;

export interface Channel {
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly name: string;
  /** Identifies the socket. */
  readonly socket: string;
}

/** Whether the other side is a process that can read the key. Reads nothing after its proof. */
export async function proveAsServer(
  socket: Duplex,
  channel: Channel,
  randomness: Randomness,
): Promise<boolean> {
  const theirs = await readExactly(socket, NONCE_BYTES);
  if (theirs === undefined) return false;
  const ours = randomness.bytes(NONCE_BYTES);
  socket.write(Buffer.concat([ours, proof('server', channel, theirs, ours)]));
  const answer = await readExactly(socket, MAC_BYTES);
  return answer !== undefined && timingSafeEqual(answer, proof('client', channel, theirs, ours));
}

/** `gone`: the other side closed the connection instead. */
export async function proveAsClient(
  socket: Duplex,
  channel: Channel,
  randomness: Randomness,
): Promise<'proven' | 'unproven' | 'gone'> {
  const ours = randomness.bytes(NONCE_BYTES);
  socket.write(ours);
  const answer = await readExactly(socket, NONCE_BYTES + MAC_BYTES);
  if (answer === undefined) return 'gone';
  const theirs = answer.subarray(0, NONCE_BYTES);
  const expected = proof('server', channel, ours, theirs);
  if (!timingSafeEqual(answer.subarray(NONCE_BYTES), expected)) return 'unproven';
  socket.write(proof('client', channel, ours, theirs));
  return 'proven';
}

function proof(
  side: 'client' | 'server',
  { key, name, socket }: Channel,
  clientNonce: Uint8Array,
  serverNonce: Uint8Array,
): Buffer {
  return createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`postern/v1/control/${side}\0${name}\0${socket}\0`)
    .update(clientNonce)
    .update(serverNonce)
    .digest();
}

/** Undefined if the stream ends earlier. The rest stays in the stream. */
async function readExactly(stream: Duplex, count: number): Promise<Buffer | undefined> {
  return await new Promise((resolve) => {
    const finish = (bytes: Buffer | undefined): void => {
      stream.off('readable', look).off('end', fail).off('close', fail).off('error', fail);
      resolve(bytes);
    };
    const look = (): void => {
      const bytes: unknown = stream.read(count);
      // At its end a stream returns what is left, even if that is less than requested.
      if (Buffer.isBuffer(bytes)) finish(bytes.length === count ? bytes : undefined);
    };
    const fail = (): void => {
      finish(undefined);
    };
    stream.on('readable', look).on('end', fail).on('close', fail).on('error', fail);
    look();
  });
}
