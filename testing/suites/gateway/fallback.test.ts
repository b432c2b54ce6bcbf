import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { DIALECT_IDS } from '@postern/protocol';
import { isJsonObject } from '@postern/kernel';
import { startFakeUpstream, type FakeReply, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { officialClients } from './official-clients.ts';

/* The official client of every dialect calls an alias whose first provider fails. */

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const targets = [['openai/broken', {}] as const, ['anthropic/works', { priority: 2 }] as const];
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    routing: {
      models: { fast: targets },
      retries: { attempts: 3, baseDelayMs: 1, maxDelayMs: 50 },
    },
  });
});

afterEach(() => {
  expect(upstream.violations).toEqual([]);
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

const overloaded: FakeReply = {
  kind: 'answer',
  parts: [{ kind: 'text', text: 'a' }],
  fault: { kind: 'error-event', afterFrames: 0, errorType: 'server_error' },
};

describe.each(DIALECT_IDS)('a client of %s gets the answer of the second provider', (dialect) => {
  it.each([
    ['the first closes the connection', false, { kind: 'hang-up' }],
    ['the first is overloaded', false, { kind: 'error', status: 503 }],
    ['the first is overloaded, streamed', true, { kind: 'error', status: 503 }],
    ['the stream of the first opens with an error', true, overloaded],
  ] as const)('if %s', async (_name, streamed, failure) => {
    upstream.respond(({ json }) =>
      isJsonObject(json) && json['model'] === 'broken'
        ? failure
        : { kind: 'answer', parts: [{ kind: 'text', text: 'Second.' }], outputTokens: 7 },
    );
    const before = running.entries.length;
    const answer = await officialClients(running.url, running.key)[dialect].ask('fast', streamed);
    expect(answer).toMatchObject({ text: 'Second.', output: 7 });
    expect(upstream.requests).toHaveLength(2);
    expect(running.entries.slice(before)).toMatchObject([
      { provider: 'anthropic', model: 'works' },
    ]);
  });
});
