/**
 * The code of an error that the operating system, or what stands between it and us, raised: `ENOENT`
 * (errno(3)), `SQLITE_BUSY`, `ERR_…` of Node. Undefined for whatever has none.
 */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
