import { createHash } from 'node:crypto';
import type { Disk } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { NONCE_BYTES, openGcm, sealGcm } from '../primitives/aes-gcm.ts';
import type { VaultFailure } from '../vault-failure.ts';

/*
 * What follows the first line of a backup: the bytes of its parts, one after another, in chunks that are encrypted
 * one by one. The nonce of a chunk is its number and whether it is the last one, so chunks can't be moved, left out
 * or cut off (the STREAM construction: eprint.iacr.org/2015/189). The associated data binds them to the first line.
 */

/** The length of a chunk before it is encrypted. The last one may be shorter. */
export const CHUNK_BYTES = 1_048_576;
const TAG_BYTES = 16;

/** Reads the next bytes of the parts; fewer than requested only at the end of everything. */
type ReadNext = (count: number) => Promise<Result<Uint8Array, VaultFailure>>;

export interface BodyKey {
  readonly key: Uint8Array;
  /** The first line of the file, with its line feed. */
  readonly header: Uint8Array;
}

/** The length of a body with this many bytes of content. */
export function sealedLength(contentBytes: number): number {
  return contentBytes + chunkCount(contentBytes) * TAG_BYTES;
}

function chunkCount(contentBytes: number): number {
  return Math.max(1, Math.ceil(contentBytes / CHUNK_BYTES));
}

/** Encrypts the parts, and hands each chunk to `write`. */
export async function sealBody(
  { key, header }: BodyKey,
  contentBytes: number,
  readNext: ReadNext,
  write: (chunk: Uint8Array) => Promise<Result<undefined, VaultFailure>>,
): Promise<Result<undefined, VaultFailure>> {
  const associated = digestOf(header);
  const count = chunkCount(contentBytes);
  for (let number = 0; number < count; number += 1) {
    const content = await readNext(lengthOfChunk(contentBytes, number));
    if (!content.ok) return content;
    const nonce = nonceOf(number, number === count - 1);
    const written = await write(sealGcm(key, nonce, associated, content.value));
    if (!written.ok) return written;
  }
  return ok();
}

/**
 * Decrypts the body of a file, and hands each chunk of content to `take`. Fails with `altered` at the first chunk
 * that was changed, so what was taken before that has to be discarded.
 */
export async function openBody(
  disk: Pick<Disk, 'readAt'>,
  file: string,
  { key, header }: BodyKey,
  contentBytes: number,
  take: (content: Uint8Array) => Promise<Result<undefined, VaultFailure>>,
): Promise<Result<undefined, VaultFailure>> {
  const associated = digestOf(header);
  const count = chunkCount(contentBytes);
  for (let number = 0; number < count; number += 1) {
    const from = header.length + number * (CHUNK_BYTES + TAG_BYTES);
    const length = lengthOfChunk(contentBytes, number) + TAG_BYTES;
    const sealed = await disk.readAt(file, from, length);
    if (!sealed.ok) return sealed;
    const nonce = nonceOf(number, number === count - 1);
    const content = openGcm(key, nonce, associated, sealed.value);
    if (content === undefined) return failed({ reason: 'vault-damaged', file, damage: 'altered' });
    const taken = await take(content);
    if (!taken.ok) return taken;
  }
  return ok();
}

function lengthOfChunk(contentBytes: number, number: number): number {
  return Math.min(CHUNK_BYTES, contentBytes - number * CHUNK_BYTES);
}

/** Ten bytes for the number, and one that is 1 for the last chunk. */
function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, 5, 6);
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}

function digestOf(header: Uint8Array): Uint8Array {
  return createHash('sha256').update(header).digest();
}
