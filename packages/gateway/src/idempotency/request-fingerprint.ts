import { failed, ok, type Result } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import { createHash, hash } from 'node:crypto';
import type { Turns } from '../body/turns.ts';

/** The header by which a client marks repetitions of a request (draft-ietf-httpapi-idempotency-key-header). */
export const IDEMPOTENCY_HEADER = 'idempotency-key';

const VALID = /^[\x20-\x7e]{1,255}$/;
/** How much is hashed at once; other requests are served in between. */
const PIECE_BYTES = 1024 * 1024;

/**
 * The idempotency key of a request; undefined if it has none. The draft has it as a quoted string, most clients send
 * it without quotes; the text is used as it came.
 *
 * @param forwarded Names in lower case and values, alternating.
 */
export function idempotencyKeyIn(
  forwarded: readonly string[],
): Result<string | undefined, { readonly reason: 'idempotency-key-invalid' }> {
  const texts = forwarded.filter(
    (_, at) => at % 2 === 1 && forwarded[at - 1] === IDEMPOTENCY_HEADER,
  );
  const [text] = texts;
  if (text === undefined) return ok(undefined);
  return texts.length === 1 && VALID.test(text)
    ? ok(text)
    : failed({ reason: 'idempotency-key-invalid' });
}

/**
 * The form for a provider. All gateway keys share an account there, so if two clients sent the same text, the provider
 * might answer one of them with the response to the other.
 */
export function forwardedIdempotencyKey(text: string, keyId: GatewayKeyId): string {
  return hash('sha256', `${keyId} ${text}`);
}

/** The stored form of an idempotency key. */
export function idempotencyName(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/**
 * Equal only for the same request: the same endpoint, query and bytes of the body. A large body is hashed over several
 * turns of the event loop.
 */
export async function requestFingerprint(
  {
    endpoint,
    query,
    body,
  }: { readonly endpoint: string; readonly query: string; readonly body: Buffer },
  turns: Turns,
): Promise<Buffer> {
  const digest = createHash('sha256').update(`${endpoint}\n${query}\n`);
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    if (at > 0) await turns.next();
    digest.update(body.subarray(at, at + PIECE_BYTES));
  }
  return digest.digest();
}
