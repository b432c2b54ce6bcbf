import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import type { Usage } from '@postern/protocol';
import {
  isExhaustive,
  startFakeUpstream,
  type FakeDialect,
  type FakeUpstream,
} from '@postern/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerIn } from './answer-mapping.ts';
import { askByDialect, type Ask } from './client-answers.ts';
import { recordedAnswers } from './recorded-answers.ts';
import type { Counts } from './token-counts.ts';

/*
 * Every recorded answer, sent by an upstream in pieces of any size to the official client of every dialect. The
 * expected result is what the official client of the recording's own dialect makes of the recorded bytes, in the
 * words of the other dialect. The gateway records the same usage.
 */

const DIALECTS = ['anthropic-messages', 'openai-chat', 'openai-responses'] as const;
/** In a run that isn't exhaustive, the same every time. */
const SEED = 20_261_128;

let upstream: FakeUpstream;
let running: RunningGateway;
let ask: Readonly<Record<FakeDialect, Ask>>;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const { baseUrls } = upstream;
  const endpoints = Object.fromEntries(
    DIALECTS.map((dialect) => [`only-${dialect}`, { dialect, baseUrl: baseUrls[dialect] }]),
  );
  running = await startGateway({ baseUrls, endpoints });
  ask = askByDialect({ url: running.url, key: running.key });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

/** Sizes of the pieces, used in turn: one byte at a time, all the same, or mixed. */
function pieceSizes(length: number): fc.Arbitrary<readonly number[]> {
  const smallest = isExhaustive ? 1 : Math.max(1, Math.ceil(length / 200));
  const size = fc.integer({ min: smallest, max: Math.max(smallest, Math.min(length, 4096)) });
  return fc.oneof(fc.constant([smallest]), fc.array(size, { minLength: 1, maxLength: 20 }));
}

function recordedCounts(usage: Usage): Counts {
  return {
    input: usage.inputTokens ?? 0,
    cacheRead: usage.cacheReadTokens ?? 0,
    cacheWrite: usage.cacheWriteTokens ?? 0,
    output: usage.outputTokens ?? 0,
    reasoning: usage.reasoningTokens ?? 0,
  };
}

describe.each(DIALECTS)('recorded answers, for the client of %s', (client) => {
  const recorded = recordedAnswers().filter(
    ({ dialect, isShortened }) => !isShortened || dialect === client,
  );
  it.each(recorded)('$name, $form', { timeout: 240_000 }, async (answer) => {
    const { dialect, form, contentType, body, rejection } = answer;
    const expected = answerIn(client, dialect, await answer.read());
    await fc.assert(
      fc.asyncProperty(pieceSizes(body.length), async (bytes) => {
        upstream.next({ kind: 'raw', status: 200, contentType, body, chunking: { bytes } });
        const received = ask[client](`only-${dialect}/m`, form);
        if (rejection !== undefined && client === dialect) {
          await expect(received).rejects.toThrow(rejection);
          return;
        }
        expect(answerIn(client, client, await received)).toEqual(expected);
        const entry = running.entries.at(-1);
        expect(entry).toMatchObject({ status: 200, ending: 'complete' });
        if (entry?.estimated === false) {
          expect(recordedCounts(entry.usage)).toEqual(expected.usage);
        }
      }),
      isExhaustive ? { numRuns: 4 } : { numRuns: 1, seed: SEED },
    );
  });
});
