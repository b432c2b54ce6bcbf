import { isPrivate } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { readRegularFile, type UnreadableFile } from './read-regular-file.ts';

/** An authority file without a certificate would look like a peer with an untrusted certificate. */
const PEM = {
  certificate: /^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m,
  'private key': /^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/m,
};

export type PemKind = keyof typeof PEM;

const MAX_PEM_BYTES = 1_048_576;

/** The text of a PEM file. The failure names the file and says why it can't be used, without a period. */
export function readPemFile(path: string, kind: PemKind): Result<string, string> {
  const read = readRegularFile(path, MAX_PEM_BYTES);
  if (!read.ok) return failed(`${path} ${faultOf(read.failure)}`);
  const { bytes, stats } = read.value;
  if (kind === 'private key' && !isPrivate(stats)) {
    return failed(`${path} belongs to another user, or others can read it`);
  }
  const text = Buffer.from(bytes).toString('utf8');
  return PEM[kind].test(text) ? ok(text) : failed(`${path} has no ${kind} PEM block`);
}

function faultOf(failure: UnreadableFile): string {
  if (failure.reason === 'system') return `cannot be read (${failure.errno})`;
  return failure.reason === 'too-large' ? 'is larger than 1 MiB' : 'is not a regular file';
}
