import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { isPrivate } from '@postern/disk';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';

/** An authority file without a certificate would look like a peer with an untrusted certificate. */
const PEM = {
  certificate: /^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m,
  'private key': /^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/m,
};

export type PemKind = keyof typeof PEM;

const MAX_PEM_BYTES = 1_048_576;

/** The text of a PEM file. The failure names the file and says why it can't be used, without a period. */
export function readPemFile(path: string, kind: PemKind): Result<string, string> {
  try {
    const wait = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
    const file = openSync(path, constants.O_RDONLY | wait);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return failed(`${path} is not a regular file`);
      if (stats.size > MAX_PEM_BYTES) return failed(`${path} is larger than 1 MiB`);
      if (kind === 'private key' && !isPrivate(stats)) {
        return failed(`${path} belongs to another user, or others can read it`);
      }
      const text = readFileSync(file, 'utf8');
      return PEM[kind].test(text) ? ok(text) : failed(`${path} has no ${kind} PEM block`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed(`${path} cannot be read (${errno})`);
  }
}
