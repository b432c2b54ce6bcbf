import { spawn, type ChildProcess } from 'node:child_process';
import type { Command } from './compare-starts.ts';
import { median, quantile } from './median.ts';

const PROMISED_MS = 5;
const ROUNDS = 300;
const QUIET_MS = 2;

/**
 * The extra time that a line takes through `postern run -- cat` compared with `cat`: for a line that
 * is released at once, and for a line that ends with the start of a secret, which is held back.
 */
export async function addedLatency(
  say: (text: string) => void,
  environment: Readonly<Record<string, string>>,
  wrapped: Command,
  secret: string,
): Promise<boolean> {
  const [program, ...parameters] = wrapped;
  const plain = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const masked = spawn(program, parameters, {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let isKept = true;
  say('\nadded by masking, milliseconds from write to read');
  try {
    for (const [name, text] of [
      ['a line', 'a line of text\n'],
      ['the first letter of a secret', secret.slice(0, 1)],
    ] as const) {
      const [without, through]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        without.push(await roundTrip(plain, text));
        through.push(await roundTrip(masked, text));
      }
      const added = median(through) - median(without);
      const late = quantile(through, 0.99) - quantile(without, 0.99);
      const isQuiet = quantile(without, 0.99) < QUIET_MS;
      say(
        `  ${name.padEnd(32)} median ${added.toFixed(2)}, p99 ${late.toFixed(2)} (at most ${PROMISED_MS})`,
      );
      if (!isQuiet) say('  p99 not measured: other programs kept the processors busy');
      isKept &&= added <= PROMISED_MS && (!isQuiet || late <= PROMISED_MS);
    }
  } finally {
    for (const child of [plain, masked]) child.stdin.end();
  }
  return isKept;
}

async function roundTrip(child: ChildProcess, text: string): Promise<number> {
  const begun = process.hrtime.bigint();
  await new Promise<void>((resolve) => {
    let missing = Buffer.byteLength(text);
    const onData = (chunk: Buffer): void => {
      missing -= chunk.length;
      if (missing > 0) return;
      child.stdout?.off('data', onData);
      resolve();
    };
    child.stdout?.on('data', onData);
    child.stdin?.write(text);
  });
  return Number(process.hrtime.bigint() - begun) / 1e6;
}
