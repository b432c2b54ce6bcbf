import { isExhaustive } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { NO_RESPONSE, responseProblems } from './check-response.ts';
import { startFuzzPlace, type FuzzPlace } from './fuzz-place.ts';
import { exchangeBytes } from './raw-client.ts';
import { seededRandom, seedOf } from './random.ts';
import { fuzzRequest } from './requests.ts';

/*
 * `FUZZ_SECONDS=3600 npx vitest run --project system testing/suites/fuzz` runs it for longer. A finding is printed
 * with the seed and its step; `FUZZ_SEED=… FUZZ_STEP=…` repeats that step alone.
 */

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? (isExhaustive ? 120 : 10));
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const ONLY_STEP = process.env['FUZZ_STEP'];

const AT_ONCE = 12;
const MAX_FINDINGS = 10;
const HEALTH_EVERY_MS = 500;
/** For `/healthz`, on a machine that also runs other tests. */
const HEALTH_WITHIN_MS = 5000;
const MAX_GROWTH_BYTES = 24 * 1024 * 1024;
/** Connections to the upstream and files of the database come and go. */
const MAX_MORE_FILES = 8;
const MAX_LOST_SHARE = 0.0005;
const MARGIN_MS = 240_000;

interface Run {
  readonly findings: string[];
  steps: number;
  /** Responses that were cut within their first event, so that not even their head arrived. */
  lost: number;
  statuses: Map<string, number>;
}

describe('a gateway between hostile clients and a hostile upstream', () => {
  test(
    'lives, responds, leaks and keeps nothing',
    { timeout: SECONDS * 1000 + MARGIN_MS },
    async () => {
      console.log(`FUZZ_SEED=${SEED} FUZZ_SECONDS=${SECONDS}`);
      const place = await startFuzzPlace();
      const run: Run = { findings: [], steps: 0, lost: 0, statuses: new Map() };
      if (ONLY_STEP !== undefined) {
        await step(place, run, Number(ONLY_STEP));
        expect(run.findings).toEqual([]);
        return;
      }
      const stopHealth = watchHealth(place, run);
      await stepsFor(place, run, SECONDS / 4);
      await untilIdle(place);
      const before = { memory: await place.memory(), files: place.openFiles() };
      await stepsFor(place, run, (SECONDS * 3) / 4);
      await untilIdle(place);
      stopHealth();
      const memory = await place.memory();
      console.log(
        `FUZZ_SEED=${SEED}: ${run.steps} requests, ${place.upstream.requests()} to the upstream, ` +
          `${(before.memory / 1e6).toFixed(1)} MB, then ${(memory / 1e6).toFixed(1)} MB; ` +
          `statuses ${JSON.stringify(Object.fromEntries([...run.statuses].sort()))}`,
      );
      expect(run.findings).toEqual([]);
      expect(run.lost).toBeLessThanOrEqual(1 + run.steps * MAX_LOST_SHARE);
      expect(place.upstream.strayHeaders).toEqual([]);
      expect(memory - before.memory).toBeLessThan(MAX_GROWTH_BYTES);
      expect(place.openFiles()).toBeLessThanOrEqual(before.files + MAX_MORE_FILES);
      expectCleanLog(place);
      await expectNothingReserved(place);
      const { code } = await place.program.stop();
      expect(code).toBe(0);
      place.canary.searchFiles(place.home);
      place.canary.expectNone();
    },
  );
});

/** Runs steps, several at once, until the time is over or there are too many findings. */
async function stepsFor(place: FuzzPlace, run: Run, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < until && run.findings.length < MAX_FINDINGS) {
      run.steps += 1;
      await step(place, run, run.steps);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function step(place: FuzzPlace, run: Run, number: number): Promise<void> {
  const seed = seedOf(SEED, number);
  const random = seededRandom(seed);
  const request = fuzzRequest(place.parts, seed, random);
  const options = { isPolite: request.isFair, mayBeIncomplete: request.mayBeIncomplete };
  const received = await exchangeBytes(place.port, request.bytes, options, random);
  const status = /^HTTP\/1\.1 (\d+)/.exec(received.bytes.subarray(0, 20).toString('latin1'))?.[1];
  const outcome = received.didLeave ? 'left' : (status ?? 'none');
  run.statuses.set(outcome, (run.statuses.get(outcome) ?? 0) + 1);
  for (const problem of responseProblems(request, received, place.marks)) {
    if (problem === NO_RESPONSE && request.isAnswer && !request.isFair) {
      run.lost += 1;
      continue;
    }
    const head = request.bytes.subarray(0, 300).toString('latin1');
    run.findings.push(`FUZZ_SEED=${SEED} FUZZ_STEP=${number}: ${problem}\n${head}`);
  }
}

/** Adds a finding if the process ends or `/healthz` is slow. Returns a function that stops watching. */
function watchHealth({ port, program }: FuzzPlace, run: Run): () => void {
  let isWatching = true;
  void program.ended.then(({ code, signal, stderr }) => {
    if (isWatching)
      run.findings.push(`ended with ${String(code ?? signal)}: ${stderr.slice(-2000)}`);
  });
  const look = async (): Promise<void> => {
    const signal = AbortSignal.timeout(HEALTH_WITHIN_MS);
    const ok = await fetch(`http://127.0.0.1:${port}/healthz`, { signal }).then(
      async (response) => (await response.text()) === '{"status":"ok"}',
      () => false,
    );
    if (!ok && isWatching) run.findings.push(`/healthz failed after step ${run.steps}`);
  };
  const timer = setInterval(() => void look(), HEALTH_EVERY_MS);
  return () => {
    isWatching = false;
    clearInterval(timer);
  };
}

async function metricsOf({ port }: FuzzPlace): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return await response.text();
}

/** Waits until no call runs or waits. */
async function untilIdle(place: FuzzPlace): Promise<void> {
  const idle = /^postern_running_calls 0$[^]*^postern_queued_calls 0$/m;
  await expect.poll(async () => await metricsOf(place), { timeout: 60_000 }).toMatch(idle);
}

function expectCleanLog({ program, marks, canary }: FuzzPlace): void {
  const log = program.stderr();
  const bytes = Buffer.from(log);
  expect(marks.map((mark) => bytes.includes(mark))).toEqual(marks.map(() => false));
  expect(log).not.toMatch(/INTERNAL|unhandled|TypeError|RangeError|ReferenceError|\.[jt]s:\d+/i);
  canary.searchBytes('the end of the log', bytes.subarray(-1_000_000));
}

/** A key for two requests at once gets two, and the third is refused only while these run. */
async function expectNothingReserved(place: FuzzPlace): Promise<void> {
  const { port, upstream, narrowKey, canary } = place;
  canary.searchBytes('the metrics', await metricsOf(place));
  const ask = async (): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${narrowKey}` },
      body: JSON.stringify({
        model: 'openai-chat-box/steady',
        messages: [{ role: 'user', content: 'hold' }],
      }),
    });
    await response.text();
    return response.status;
  };
  const before = upstream.requests();
  const held = [ask(), ask()];
  await expect.poll(() => upstream.requests()).toBe(before + held.length);
  expect(await ask()).toBe(429);
  expect(await Promise.all(held)).toEqual([504, 504]);
}
