import { failed, ok, type Result } from '@postern/kernel';
import { expect, test } from 'vitest';
import { keepForwarding } from './keep-forwarding.ts';

const DELAYS = { lookMs: 1, firstMs: 1, longestMs: 4 };

test('continues after failures and reports how each run ended', async () => {
  const results: readonly Result<number, string>[] = [ok(1), failed('a'), failed('b'), ok(2)];
  const seen: unknown[] = [];
  const enough = Promise.withResolvers<undefined>();
  let runs = 0;
  const forwarding = keepForwarding<number, string>({
    delays: DELAYS,
    forward: () => Promise.resolve(results[runs++] ?? ok(0)),
    onEnd: (result) => {
      seen.push(result);
      if (seen.length === results.length) enough.resolve(undefined);
    },
  });
  await enough.promise;
  await forwarding.stop();
  expect(seen.slice(0, 4)).toEqual(results);
});

test('aborts the current run when stopped, waits for its end and reports nothing more', async () => {
  const begun = Promise.withResolvers<undefined>();
  let isEnded = false;
  const forwarding = keepForwarding<undefined, string>({
    delays: DELAYS,
    forward: async (signal) => {
      begun.resolve(undefined);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      isEnded = true;
      return failed('cut off');
    },
    onEnd: () => {
      throw new Error('told after the stop');
    },
  });
  await begun.promise;
  await forwarding.stop();
  expect(isEnded).toBe(true);
});

test('ends a wait between runs when stopped', async () => {
  const waiting = Promise.withResolvers<undefined>();
  const forwarding = keepForwarding<undefined, string>({
    delays: { lookMs: 86_400_000, firstMs: 1, longestMs: 1 },
    forward: () => Promise.resolve(ok()),
    onEnd: () => {
      waiting.resolve(undefined);
    },
  });
  await waiting.promise;
  await forwarding.stop();
});
