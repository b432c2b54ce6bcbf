/** Why a file couldn't be read or written. Contains paths, but never file contents. */
export type DiskFailure =
  | { readonly reason: 'storage-read-only'; readonly path: string }
  | { readonly reason: 'disk-full'; readonly path: string }
  | { readonly reason: 'storage-failed'; readonly path: string; readonly errno: string }
  | { readonly reason: 'unsafe-file'; readonly path: string; readonly problem: UnsafeFile };

export type UnsafeFile =
  | 'symlink'
  | 'not-a-file'
  | 'not-a-directory'
  | 'owner'
  | 'open-to-others'
  | 'writable-by-others'
  | 'too-large';

/** The failure for an error code of the operating system (errno(3)). */
export function diskFailureOf(path: string, errno: string): DiskFailure {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return { reason: 'disk-full', path };
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return { reason: 'storage-read-only', path };
    case 'ELOOP':
      return { reason: 'unsafe-file', path, problem: 'symlink' };
    case 'EISDIR':
    case 'ENXIO':
      return { reason: 'unsafe-file', path, problem: 'not-a-file' };
    case 'ENOTDIR':
      return { reason: 'unsafe-file', path, problem: 'not-a-directory' };
    default:
      return { reason: 'storage-failed', path, errno };
  }
}
