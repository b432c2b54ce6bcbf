import Anthropic from '@anthropic-ai/sdk';
import { openGatewayStore, type GatewayStore } from '@postern/gateway';
import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { expectOk, Secret } from '@postern/kernel';
import { startFakeUpstream, type FakeUpstream } from '@postern/testing';
import OpenAI from 'openai';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const CENT = { input: 0, output: 0, request: 0.01 };

describe('a spent budget', () => {
  let upstream: FakeUpstream;
  let running: RunningGateway;
  let sent: number;

  const counted = async (...request: Parameters<typeof fetch>): Promise<Response> => {
    sent += 1;
    return await fetch(...request);
  };

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    running = await startGateway({
      baseUrls: upstream.baseUrls,
      prices: { 'openai/*': CENT, 'anthropic/*': CENT },
      keySettings: { budget: { amountMicroUsd: 5000, period: 'day' } },
    });
  });

  beforeEach(() => {
    sent = 0;
  });

  afterAll(async () => {
    await running.close();
    await upstream.close();
  });

  it('is not retried by the openai client with its usual retries', async () => {
    const client = new OpenAI({
      baseURL: `${running.url}/v1`,
      apiKey: running.key,
      fetch: counted,
    });
    const call = client.chat.completions.create({
      model: 'gpt-x',
      messages: [{ role: 'user', content: 'hi' }],
    });
    await expect(call).rejects.toThrow(/budget doesn't cover/);
    expect(sent).toBe(1);
  });

  it('is not retried by the Anthropic client with its usual retries', async () => {
    const client = new Anthropic({ baseURL: running.url, apiKey: running.key, fetch: counted });
    const call = client.messages.create({
      model: 'claude-x',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'hi' }],
    });
    await expect(call).rejects.toThrow(/budget doesn't cover/);
    expect(sent).toBe(1);
  });
});

/* Processes that share one database file. */

const KEY = 'ab'.repeat(32);
const HASH_KEY = 'cd'.repeat(32);
const BUDGET = { amountMicroUsd: 1_000_000, period: 'total' } as const;

let home: string;
let children: ChildProcess[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'postern-limits-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true });
});

function open(): GatewayStore {
  return expectOk(
    openGatewayStore({
      path: join(home, 'gateway.db'),
      key: Secret.of(KEY),
      hashKey: Secret.of(HASH_KEY),
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      randomness: { bytes: (count) => randomBytes(count) },
    }),
  );
}

function createKey(): string {
  const store = open();
  const { record } = expectOk(
    store.keys.create({ name: 'k', settings: { models: 'all', budget: BUDGET } }),
  );
  store.close();
  return record.id;
}

/** A process with the store, which runs `body` as the code of an async function. */
function start(keyId: string, body: string): { child: ChildProcess; lines: AsyncIterator<string> } {
  const script = `
    import { randomBytes } from 'node:crypto';
    import { setTimeout } from 'node:timers/promises';
    import { gatewayKeyId, providerId } from '@postern/protocol';
    import { Secret } from '@postern/kernel';
    import { openGatewayStore } from '@postern/gateway';
    const store = openGatewayStore({
      path: ${JSON.stringify(join(home, 'gateway.db'))},
      key: Secret.of('${KEY}'),
      hashKey: Secret.of('${HASH_KEY}'),
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      randomness: { bytes: (count) => randomBytes(count) },
    }).value;
    const keyId = gatewayKeyId.from('${keyId}');
    let calls = 0;
    const reserve = () => store.limits.reserve({
      id: 'req_' + process.pid + '_' + (calls += 1),
      keyId, limits: {}, allKeys: {}, budget: ${JSON.stringify(BUDGET)}, atMs: Date.now(),
      estimate: { tokens: 0, costMicroUsd: 10_000 },
    });
    const finish = (reservation) => {
      store.limits.settle(reservation, { tokens: 0, costMicroUsd: 10_000 });
      store.usage.record({
        keyId, requestId: reservation.id, atMs: Date.now(), provider: providerId.from('openai'),
        model: 'm', dialect: 'openai-chat', status: 200, streamed: false, ending: 'complete',
        usage: {}, estimated: false, costMicroUsd: 10_000, durationMs: 1,
        waits: { bodyMs: 0, queueMs: 0 }, requestBytes: 1, answerBytes: 1,
      });
    };
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, lines };
}

const next = async (lines: AsyncIterator<string>): Promise<number> => {
  const line = await lines.next();
  return Number(line.value);
};

describe('processes that share a store', { timeout: 60_000 }, () => {
  it('let exactly as many calls through as a budget pays for, also after a restart', async () => {
    const keyId = createKey();
    const body = `
      process.stdin.once('data', async () => {
        let passed = 0;
        for (let at = 0; at < 200; at += 1) {
          const reserved = reserve();
          if (reserved.ok) { passed += 1; finish(reserved.value); }
          if (at % 10 === 0) await setTimeout(1);
        }
        store.close();
        console.log(passed);
        process.exit();
      });
      console.log(0);`;
    const processes = [1, 2, 3, 4].map(() => start(keyId, body));
    for (const { lines } of processes) await next(lines);
    for (const { child } of processes) child.stdin?.write('go\n');
    const passed = await Promise.all(processes.map(async ({ lines }) => await next(lines)));
    expect(passed.reduce((sum, each) => sum + each, 0)).toBe(100);
    const late = start(keyId, body);
    await next(late.lines);
    late.child.stdin?.write('go\n');
    expect(await next(late.lines)).toBe(0);
    const store = open();
    const [row] = expectOk(store.reportUsage({ by: 'key', sinceMs: 0 }));
    expect(row).toMatchObject({ name: 'k', requests: 100, costMicroUsd: 1_000_000 });
    store.close();
  });

  it('lose no usage that is older than a second when one is killed, and the store opens', async () => {
    const keyId = createKey();
    const { child, lines } = start(
      keyId,
      `
      for (let at = 0; at < 40; at += 1) finish(reserve().value);
      const old = Date.now();
      while (Date.now() - old < 1000) await setTimeout(10);
      console.log(1);
      for (;;) { const reserved = reserve(); if (reserved.ok) finish(reserved.value); await setTimeout(1); }`,
    );
    await next(lines);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = open();
    const [row] = expectOk(store.reportUsage({ by: 'key', sinceMs: 0 }));
    expect(row?.requests).toBeGreaterThanOrEqual(40);
    expect(row?.costMicroUsd).toBe((row?.requests ?? 0) * 10_000);
    store.close();
  });
});
