import { failed, ok, type Result } from '@postern/kernel';
import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  /** Largest request body. */
  readonly maxBodyBytes: number;
  /** From the first byte of the body to its last. */
  readonly bodyTimeoutMs: number;
}

export type ReadFailure = { readonly reason: 'body-too-large' } | { readonly reason: 'body-slow' };

/**
 * Collects a request's body and calls `done` once, or never where the client leaves before the end
 * (the response closes then). What is over the cap is refused as soon as it shows.
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  done: (body: Result<Buffer, ReadFailure>) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const settle = (body: Result<Buffer, ReadFailure>): void => {
    clearTimeout(timer);
    request.off('data', onData);
    request.off('end', onEnd);
    request.off('close', onClose);
    done(body);
  };
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > limits.maxBodyBytes) settle(failed({ reason: 'body-too-large' }));
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    const [only] = chunks;
    settle(ok(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)));
  };
  const onClose = (): void => {
    clearTimeout(timer);
  };
  const timer = setTimeout(() => {
    settle(failed({ reason: 'body-slow' }));
  }, limits.bodyTimeoutMs);
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('close', onClose);
}

const DISCARD_TIMEOUT_MS = 5000;

/**
 * Reads on without keeping anything, so that a client still sending gets to see the answer; one that
 * sends more than `maxBytes` or takes longer than five seconds is cut off.
 */
export function discardBody(request: IncomingMessage, maxBytes: number): void {
  if (request.complete || request.destroyed) return;
  let length = 0;
  const timer = setTimeout(() => request.destroy(), DISCARD_TIMEOUT_MS);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) request.destroy();
  });
  request.once('close', () => {
    clearTimeout(timer);
  });
  request.resume();
}
