/**
 * For `describe.skipIf`: passes on why a suite cannot run here, printing it; with `CI=true` that is
 * a failure instead.
 */
export function skipReason(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  if (process.env['CI'] === 'true') throw new Error(`cannot be skipped with CI=true: ${reason}`);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}
