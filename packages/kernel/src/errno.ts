/**
 * The code of an error from the operating system, SQLite or Node: `ENOENT` (errno(3)),
 * `SQLITE_BUSY`, `ERR_…`. Undefined for errors without a code.
 */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
