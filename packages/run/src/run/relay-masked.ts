import type { Writable } from 'node:stream';
import { errnoOf } from '@postern/kernel';
import type { Masker } from '../masking/masker.ts';

/** How long bytes that may begin a secret wait for more. With the write this stays under 5 ms. */
const FLUSH_AFTER_MS = 4;

/**
 * Passes the source on to the sink, masked, until the source ends or the sink closes. Takes no more
 * than the sink can. Does not close the sink. Where the sink closed first it says so, and closes the
 * source after that. Returns why output was lost, as the system names it (`ENOSPC`); undefined if none was.
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

/** Returns once the sink has taken everything up to here, or why it will not take it any more. */
function write(sink: Writable, bytes: Uint8Array): Promise<string | undefined> {
  return new Promise((settle) => {
    sink.write(bytes, (error) => {
      settle(errnoOf(error));
    });
  });
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return Buffer.from(String(chunk));
}

/** Reading a pseudo-terminal fails with EIO when its last program is gone (Linux). */
function isEndOfTerminal(error: unknown): boolean {
  return errnoOf(error) === 'EIO';
}
