import type { Writable } from 'node:stream';
import { errnoOf } from '@postern/kernel';
import type { Masker } from '../masking/masker.ts';

/** How long bytes are held back that may begin a secret. Together with the write, less than 5 ms. */
const FLUSH_AFTER_MS = 4;

/**
 * Copies the source to the sink, masked and with backpressure, until the source ends or the sink closes.
 * Doesn't close the sink. If the sink closes first, calls `onSinkClosed` and closes the source. Returns the
 * system's error code (`ENOSPC`) if output was lost.
 */
export async function relayMasked(
  source: AsyncIterable<unknown>,
  sink: Writable,
  masker: Masker,
  onSinkClosed: () => void,
): Promise<string | undefined> {
  const end: { isReached: boolean; lost: string | undefined } = {
    isReached: false,
    lost: undefined,
  };
  const onClosed = (error?: unknown): void => {
    end.isReached = true;
    end.lost ??= errnoOf(error);
  };
  sink.once('error', onClosed).once('close', onClosed);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const bytes = masker.flush();
    if (bytes.length > 0 && !end.isReached) sink.write(bytes);
  };
  try {
    for await (const chunk of source) {
      clearTimeout(timer);
      const bytes = masker.push(bytesOf(chunk));
      if (bytes.length > 0) end.lost ??= await write(sink, bytes);
      if (end.isReached) {
        onSinkClosed();
        break;
      }
      if (masker.pending) timer = setTimeout(flush, FLUSH_AFTER_MS);
    }
  } catch (error) {
    if (!isEndOfTerminal(error)) throw error;
  } finally {
    clearTimeout(timer);
    const rest = masker.end();
    if (!end.isReached && rest.length > 0) end.lost ??= await write(sink, rest);
    sink.off('close', onClosed);
  }
  return end.lost;
}

/** Waits until the sink has accepted the bytes. Returns the error code if it doesn't. */
function write(sink: Writable, bytes: Uint8Array): Promise<string | undefined> {
  return new Promise((resolve) => {
    sink.write(bytes, (error) => {
      resolve(errnoOf(error));
    });
  });
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return Buffer.from(String(chunk));
}

/** On Linux, reading a pseudo-terminal fails with EIO when its last program has ended. */
function isEndOfTerminal(error: unknown): boolean {
  return errnoOf(error) === 'EIO';
}
