const reported = new Set<string>();

/**
 * Returns whether to skip tests for this reason, for `describe.skipIf`. Undefined means no reason.
 * Prints once which part is skipped and why. With `CI=true`, throws instead.
 */
export function skipBecause(
  part: string,
  reason: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (reason === undefined) return false;
  const line = `${part}: ${reason}`;
  if (environment['CI'] === 'true') throw new Error(`must not be skipped here: ${line}`);
  if (!reported.has(line)) process.stderr.write(`skipped: ${line}\n`);
  reported.add(line);
  return true;
}
