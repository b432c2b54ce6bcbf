import { spawnSync } from 'node:child_process';
import { median, quantile } from './median.ts';

export type Command = readonly [string, ...string[]];

export interface Target {
  readonly name: string;
  readonly command: Command;
  /** The promised ratio to the baseline. */
  readonly atMost?: number;
  /** Whether to ignore its exit code. */
  readonly mayFail?: boolean;
}

const WARM_UPS = 3;
const ROUNDS = 41;
/** Allowed ratio of the baseline's quartiles; above it, other programs were busy. */
const QUIET = 1.35;

/**
 * Starts every command and the baseline once per round, and prints the medians as ratios to the
 * baseline's. Returns false if a promise wasn't kept; a machine that was too busy proves nothing.
 */
export function compareStarts(
  environment: Readonly<Record<string, string>>,
  baseline: Command,
  targets: readonly Target[],
): boolean {
  const rows = [{ name: 'node -e 0', command: baseline }, ...targets].map((target: Target) => ({
    ...target,
    times: [] as number[],
  }));
  for (let round = 0; round < WARM_UPS + ROUNDS; round += 1) {
    for (const { command, times, mayFail = false } of rows) {
      const took = start(command, environment, mayFail);
      if (round >= WARM_UPS) times.push(took);
    }
  }
  const bare = rows[0]?.times ?? [];
  const spread = quantile(bare, 0.75) / quantile(bare, 0.25);
  let isKept = true;
  for (const { name, times, atMost } of rows) {
    const ratio = median(times) / median(bare);
    const promise = atMost === undefined ? '' : `  (at most ${atMost})`;
    const figures = `${median(times).toFixed(1).padStart(8)} ms ${ratio.toFixed(2).padStart(6)} ×`;
    process.stdout.write(`  ${name.padEnd(26)}${figures}${promise}\n`);
    if (atMost !== undefined && ratio > atMost) isKept = false;
  }
  if (spread > QUIET) {
    process.stdout.write(
      `  not measured: other programs kept the processors busy (the bare start's quartiles differ by ${spread.toFixed(2)})\n`,
    );
    return true;
  }
  return isKept;
}

function start(
  [program, ...parameters]: Command,
  environment: Readonly<Record<string, string>>,
  mayFail: boolean,
): number {
  const begun = process.hrtime.bigint();
  const { status } = spawnSync(program, parameters, { env: environment, stdio: 'ignore' });
  const took = Number(process.hrtime.bigint() - begun) / 1e6;
  if (status !== 0 && !mayFail)
    throw new Error(`${parameters.join(' ')} ended with ${String(status)}`);
  return took;
}
