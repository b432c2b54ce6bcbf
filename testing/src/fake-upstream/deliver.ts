import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { FAKE_WIRES } from './fake-wire.ts';
import type { Delivery, Fault } from './reply.ts';
import type { FakeDialect } from './fake-dialect.ts';

/** A response that is ready to be sent, including its fault. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[]>>;
  readonly writes: readonly Uint8Array[];
  readonly ending: 'end' | 'cut' | 'stall';
}

/** An event stream, cut into writes. */
export function streamWrites(
  frames: readonly string[],
  delivery: Delivery,
  dialect: FakeDialect,
): Pick<Outgoing, 'writes' | 'ending'> {
  const { fault } = delivery;
  const ending = fault?.kind === 'cut' || fault?.kind === 'stall' ? fault.kind : 'end';
  const faulty = fault === undefined ? frames : withFault(frames, fault, dialect);
  return { writes: cutUp(faulty, delivery.chunking ?? 'event'), ending };
}

function withFault(
  frames: readonly string[],
  fault: Fault,
  dialect: FakeDialect,
): readonly string[] {
  if (fault.kind === 'no-done') return frames.slice(0, -1);
  const at = fault.afterFrames ?? Math.floor(frames.length / 2);
  const before = frames.slice(0, at);
  switch (fault.kind) {
    case 'cut':
    case 'stall':
      return before;
    case 'error-event':
      return [
        ...before,
        FAKE_WIRES[dialect].errorFrame(fault.message ?? 'Overloaded', fault.errorType),
      ];
    case 'malformed':
      return [...before, FAKE_WIRES[dialect].brokenFrame, ...frames.slice(at)];
  }
}

/** A whole body, with its content-length. */
export function bodyWrites(
  body: string | Uint8Array,
  delivery: Delivery,
): Pick<Outgoing, 'writes' | 'ending'> & { readonly length: number } {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const kind = delivery.fault?.kind;
  if (kind === 'error-event' || kind === 'no-done') {
    throw new TypeError(`the fault ${kind} needs a stream`);
  }
  const sent = kind === undefined ? bytes : bytes.subarray(0, Math.floor(bytes.length / 2));
  return {
    writes: cutUp([sent], delivery.chunking ?? 'whole'),
    length: kind === 'malformed' ? sent.length : bytes.length,
    ending: kind === 'cut' || kind === 'stall' ? kind : 'end',
  };
}

function cutUp(
  pieces: readonly (string | Uint8Array)[],
  chunking: NonNullable<Delivery['chunking']>,
): readonly Uint8Array[] {
  const bytes = pieces.map((piece) => Buffer.from(piece));
  if (chunking === 'event') return bytes;
  const all = Buffer.concat(bytes);
  if (chunking === 'whole') return [all];
  const sizes = [chunking.bytes].flat();
  const writes: Uint8Array[] = [];
  for (let at = 0; at < all.length;) {
    const size = sizes[writes.length % sizes.length] ?? 1;
    writes.push(all.subarray(at, at + size));
    at += size;
  }
  return writes;
}

/** Called after each chunk is written to the socket. */
export type OnSent = (bytes: number) => void;

/**
 * Sends a response at its set pace, then ends it as its fault requires. Returns early if the client
 * disconnects.
 */
export async function deliver(
  response: ServerResponse,
  outgoing: Outgoing,
  delivery: Delivery,
  onSent: OnSent,
): Promise<'finished' | 'broken' | 'left'> {
  if (response.destroyed) return 'left';
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  try {
    await pause(delivery.headDelayMs, gone.signal);
    response.writeHead(outgoing.status, { ...outgoing.headers, ...delivery.headers });
    response.flushHeaders();
    await writeAll(response, outgoing.writes, delivery, onSent, gone.signal);
    return await end(response, outgoing.ending, gone.signal);
  } catch {
    return 'left';
  }
}

async function writeAll(
  response: ServerResponse,
  writes: readonly Uint8Array[],
  delivery: Delivery,
  onSent: OnSent,
  gone: AbortSignal,
): Promise<void> {
  let first = true;
  for (const bytes of writes) {
    if (!first) await pause(delivery.deltaDelayMs, gone);
    first = false;
    if (!response.write(bytes)) await once(response, 'drain', { signal: gone });
    onSent(bytes.length);
  }
}

/**
 * Waits for the given time, or for one turn of the event loop, so that writes are sent one by one.
 */
async function pause(ms: number | undefined, gone: AbortSignal): Promise<void> {
  if (ms === undefined) await turn(undefined, { signal: gone });
  else await sleep(ms, undefined, { signal: gone });
}

async function end(
  response: ServerResponse,
  ending: Outgoing['ending'],
  gone: AbortSignal,
): Promise<'finished' | 'broken' | 'left'> {
  if (ending === 'cut') {
    response.destroy();
    return 'broken';
  }
  if (ending === 'stall') {
    await once(response, 'close', { signal: gone });
    return 'left';
  }
  response.end();
  if (!response.writableFinished) await once(response, 'finish', { signal: gone });
  return 'finished';
}
