import { connect, type Socket } from 'node:net';
import { cutRandomly } from './mutations.ts';
import type { Random } from './random.ts';

/** What arrived over one connection. */
export interface Received {
  readonly bytes: Buffer;
  /** Whether the client closed the connection first. */
  readonly didLeave: boolean;
  /** Whether nothing was received for so long that the test gave up. */
  readonly didHang: boolean;
}

/** Longer than the gateway's own time limits in this suite, on a busy machine. */
const HANG_MS = 45_000;
/** After this, a client whose request may be incomplete gives up. */
const PATIENCE_MS = 400;

type Manner =
  'plain' | 'in-pieces' | 'slow-reader' | 'leaves-early' | 'leaves-late' | 'half-closes';

const POLITE: readonly [Manner, ...Manner[]] = ['plain', 'in-pieces'];

/** Sends bytes as a well-behaved, slow or vanishing client, and reads until the connection ends. */
export async function exchangeBytes(
  port: number,
  bytes: Buffer,
  options: { readonly isPolite: boolean; readonly mayBeIncomplete: boolean },
  random: Random,
): Promise<Received> {
  const manner = options.isPolite ? random.pick(POLITE) : pickManner(random);
  const chunks: Buffer[] = [];
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let didLeave = false;
  let didHang = false;
  // Node treats a client that ends its side as one that left.
  const halfClose = (): void => {
    didLeave = true;
    socket.end();
  };
  const leave = (): void => {
    didLeave = true;
    if (random.chance(0.5)) socket.resetAndDestroy();
    else socket.destroy();
  };
  return await new Promise((resolve) => {
    const hang = setTimeout(() => {
      didHang = true;
      socket.destroy();
    }, HANG_MS);
    const patience = options.mayBeIncomplete ? setTimeout(leave, PATIENCE_MS) : undefined;
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      hang.refresh();
      patience?.refresh();
      if (manner === 'leaves-late' && random.chance(0.5)) leave();
      if (manner === 'slow-reader' && chunks.length < 20) {
        socket.pause();
        setTimeout(() => socket.resume(), random.below(30));
      }
    });
    // A response may come with a reset behind it; what was read before is the response.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearTimeout(hang);
      clearTimeout(patience);
      resolve({ bytes: Buffer.concat(chunks), didLeave, didHang });
    });
    socket.on('connect', () => {
      if (manner === 'leaves-early') {
        socket.write(bytes.subarray(0, random.below(bytes.length + 1)), leave);
        return;
      }
      const pieces = manner === 'in-pieces' ? cutRandomly(bytes, random) : [bytes];
      sendAll(socket, pieces, manner === 'half-closes' ? halfClose : () => undefined);
    });
  });
}

function pickManner(random: Random): Manner {
  return random.chance(0.6)
    ? 'plain'
    : random.pick(['in-pieces', 'slow-reader', 'leaves-early', 'leaves-late', 'half-closes']);
}

function sendAll(socket: Socket, pieces: readonly Buffer[], then: () => void): void {
  const [piece, ...others] = pieces;
  if (piece === undefined) then();
  else socket.write(piece, () => setImmediate(sendAll, socket, others, then));
}
