import { randomBytes } from 'node:crypto';
import { Secret } from '@postern/kernel';
import { createMasker } from '@postern/run';
import { median, quantile } from './median.ts';

const PROMISED_MB_PER_S = 200;
const SIZE = 48_000_000;
const ROUNDS = 7;
/** Allowed ratio of a copy's quartiles; above it, other programs were busy. */
const QUIET = 1.35;

const NO_FIGURE = '  not measured: other programs kept the processors busy';

const line = (at: number): string =>
  `2025-01-01T00:00:00.${at} INFO request served path=/v1/messages status=200 bytes=${at}\n`;

/** Measures how many megabytes per second the masker processes, compared with a plain copy. */
export function maskingThroughput(say: (text: string) => void): boolean {
  const inputs: Readonly<Record<string, Buffer>> = {
    'random bytes': randomBytes(SIZE),
    'a log': Buffer.from(Array.from({ length: SIZE / 80 }, (_, at) => line(at)).join('')),
    base64: Buffer.from(randomBytes((SIZE / 4) * 3).toString('base64')),
    hex: Buffer.from(randomBytes(SIZE / 2).toString('hex')),
  };
  let slowest = Infinity;
  say('\nmasking, megabytes per second');
  for (const [name, input] of Object.entries(inputs)) {
    for (const [chunkBytes, secretCount] of [
      [65_536, 1],
      [65_536, 10],
      [4096, 10],
    ] as const) {
      const [masked, copied]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        masked.push(passing(input, chunkBytes, maskOf(secretCount)));
        copied.push(passing(input, chunkBytes, { push: (chunk) => Buffer.from(chunk) }));
      }
      const isQuiet = quantile(copied, 0.75) / quantile(copied, 0.25) <= QUIET;
      if (isQuiet) slowest = Math.min(slowest, median(masked));
      const what = `${name}, ${secretCount} secrets, chunks of ${chunkBytes}`;
      const ratio = (median(copied) / median(masked)).toFixed(1);
      say(
        `  ${what.padEnd(44)}${median(masked).toFixed(0).padStart(6)}  (a copy: ${ratio} ×)${isQuiet ? '' : NO_FIGURE}`,
      );
    }
  }
  const found = slowest === Infinity ? 'none' : slowest.toFixed(0);
  say(`  the slowest measured: ${found} (at least ${PROMISED_MB_PER_S})`);
  return slowest >= PROMISED_MB_PER_S;
}

interface Passing {
  push(chunk: Uint8Array): Uint8Array;
  end?(): Uint8Array;
}

function maskOf(secretCount: number): Passing {
  return createMasker(
    Array.from({ length: secretCount }, () =>
      Secret.of(`sk-ant-api03-${randomBytes(70).toString('base64url')}`),
    ),
  );
}

function passing(input: Buffer, chunkBytes: number, through: Passing): number {
  const begun = process.hrtime.bigint();
  let bytes = 0;
  for (let at = 0; at < input.length; at += chunkBytes) {
    bytes += through.push(input.subarray(at, at + chunkBytes)).length;
  }
  bytes += through.end?.().length ?? 0;
  if (bytes !== input.length) throw new Error('bytes were lost');
  return bytes / 1e6 / (Number(process.hrtime.bigint() - begun) / 1e9);
}
