const told = new Set<string>();

/**
 * Whether tests are skipped for this reason, for `describe.skipIf`; undefined means that there is
 * none. Says once which part is skipped and why. With `CI=true` a reason is a failure instead.
 */
export function skipBecause(
  part: string,
  reason: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (reason === undefined) return false;
  const line = `${part}: ${reason}`;
  if (environment['CI'] === 'true') throw new Error(`must not be skipped here: ${line}`);
  if (!told.has(line)) process.stderr.write(`skipped: ${line}\n`);
  told.add(line);
  return true;
}
