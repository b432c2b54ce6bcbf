/** Where a fault happened: file and line only, since its message may hold anything. */
export function placeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return '';
  return (fault.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
