import type { DiskFailure } from './disk.ts';

/** What an error code of the operating system (errno(3)) means for the vault. */
export function diskFailureOf(path: string, errno: string): DiskFailure {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { reason: 'disk-full', path };
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return { reason: 'storage-read-only', path };
    case 'ELOOP':
      return { reason: 'unsafe-file', path, problem: 'symlink' };
    case 'EFBIG':
      return { reason: 'unsafe-file', path, problem: 'too-large' };
    case 'ENOTDIR':
      return { reason: 'unsafe-file', path, problem: 'not-a-directory' };
    default:
      return { reason: 'storage-failed', path, errno };
  }
}
