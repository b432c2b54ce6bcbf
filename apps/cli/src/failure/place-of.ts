/** Returns the file and line of an error, but not its message, which may contain anything. */
export function placeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return '';
  return (fault.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
