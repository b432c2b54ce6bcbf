import { readFileSync } from 'node:fs';
import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { openStream, servePlace, startServing, workersOf } from './serve-place.ts';

const WORDS = Array.from({ length: 40 }, (_, at) => `word${String(at)}`).join(' ');
const SLOW = { ...textReply(WORDS), deltaDelayMs: 25 };
const WORKERS = ['--workers', '2', '--log-format', 'json'];

/** The status of many calls, each on a connection of its own, so that every worker answers some. */
async function statuses(url: string, key: string): Promise<ReadonlySet<number>> {
  const calls = Array.from({ length: 12 }, async () => {
    const headers = { authorization: `Bearer ${key}`, connection: 'close' };
    return (await fetch(`${url}/v1/models`, { headers })).status;
  });
  return new Set(await Promise.all(calls));
}

/** How many of 20 streams at once, each on a connection of its own, aren't refused. */
async function countOk(url: string, key: string): Promise<number> {
  const messages = [{ role: 'user', content: 'Hello' }];
  const calls = Array.from({ length: 20 }, async () => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, connection: 'close' },
      body: JSON.stringify({ model: 'box/gpt-x', stream: true, messages }),
    });
    await response.text();
    return response.status;
  });
  const found = await Promise.all(calls);
  expect(new Set(found)).toEqual(new Set([200, 429]));
  return found.filter((status) => status === 200).length;
}

describe('postern serve --workers', () => {
  test('a new key works and a revoked one fails in every worker, at once', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    expect(await statuses(url, place.key)).toEqual(new Set([200]));
    const created = await place.run(['key', 'create', 'second', '--all-models']);
    const second = /sk-postern-\S+/.exec(created.stdout)?.[0] ?? '';
    expect(await statuses(url, second)).toEqual(new Set([200]));
    expect(await place.run(['key', 'revoke', 'second'])).toMatchObject({ code: 0 });
    expect(await statuses(url, second)).toEqual(new Set([401]));
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('a worker that is killed is replaced, and the others go on', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    const [victim] = await workersOf(program.pid);
    process.kill(victim ?? 0, 'SIGKILL');
    await program.waitFor(/"event":"worker.ended"/);
    expect(await statuses(url, place.key)).toEqual(new Set([200]));
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('a reload and a lock reach every worker', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    place.configure({ gateway: { maxConcurrent: 3 } });
    const reloaded = await place.run(['reload', '--json']);
    expect(reloaded.stdout).toContain('gateway.maxConcurrent');
    const { stdout } = await place.run(['audit', 'export']);
    expect(stdout.match(/"id":"gateway\.maxConcurrent"/g)).toHaveLength(1);
    expect(await place.run(['vault', 'lock'])).toMatchObject({ code: 0 });
    expect(await statuses(url, place.key)).toEqual(new Set([503]));
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('a worker that is started later has the configuration of the others, not that of the file', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    place.configure({ gateway: { maxBody: 1 } });
    const [victim = 0] = await workersOf(program.pid);
    process.kill(victim, 'SIGKILL');
    await program.waitFor(/"event":"worker.ended"/);
    const metrics = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
    await expect
      .poll(metrics, { timeout: 30_000 })
      .toContain('postern_workers{state="answering"} 2');
    expect(await statuses(url, place.key)).toEqual(new Set([200]));
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('a worker that ends while the vault is locked is not replaced by one that unlocks it', async () => {
    const place = await servePlace();
    const { program } = await startServing(place, WORKERS);
    expect(await place.run(['vault', 'lock'])).toMatchObject({ code: 0 });
    for (const worker of await workersOf(program.pid)) process.kill(worker, 'SIGKILL');
    await program.waitFor(/no other one starts[\s\S]*no other one starts/);
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('a worker that hangs neither stays unlocked nor outlives the others', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    const [first = 0, second = 0] = await workersOf(program.pid);
    process.kill(first, 'SIGSTOP');
    expect(await place.run(['vault', 'lock'])).toMatchObject({ code: 0 });
    expect(await workersOf(program.pid)).toEqual([second]);
    expect(await statuses(url, place.key)).toEqual(new Set([503]));
    process.kill(second, 'SIGSTOP');
    program.send('SIGTERM');
    await program.waitFor(/"event":"process.stopping"/);
    program.send('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 143 });
    await expect.poll(() => isRunning(second)).toBe(false);
  });

  test('a limit of all keys is exact in all workers, and a reload changes it', async () => {
    const place = await servePlace();
    place.configure({ gateway: { limits: { concurrent: 5 } } });
    const { url, program } = await startServing(place, ['--workers', '4', '--log-format', 'json']);
    place.upstream.respond(() => SLOW);
    expect(await countOk(url, place.key)).toBe(5);
    place.configure({ gateway: { limits: { concurrent: 7 } } });
    expect(await place.run(['reload'])).toMatchObject({ code: 0 });
    expect(await countOk(url, place.key)).toBe(7);
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('all workers together run and queue as many requests as one process would', async () => {
    const place = await servePlace();
    place.configure({ gateway: { maxConcurrent: 18, maxQueued: 18, queueTimeout: '5m' } });
    const { url, program } = await startServing(place, ['--workers', '4']);
    const { promise: held, resolve } = Promise.withResolvers<FakeReply>();
    place.upstream.respond(() => held);
    const statuses: number[] = [];
    const calls = Array.from({ length: 200 }, async () => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${place.key}`, connection: 'close' },
        body: JSON.stringify({
          model: 'box/gpt-x',
          messages: [{ role: 'user', content: 'Hello' }],
        }),
      });
      statuses.push(response.status);
      await response.text();
    });
    // The parts are 4, 4, 5 and 5, of which one key gets three quarters: 3 of each.
    await expect.poll(() => statuses.length, { timeout: 20_000 }).toBe(200 - 12 - 12);
    expect(new Set(statuses)).toEqual(new Set([429]));
    await expect.poll(() => place.upstream.requests.length).toBe(12);
    resolve(textReply('Hello'));
    await Promise.all(calls);
    expect(statuses.filter((status) => status === 200)).toHaveLength(24);
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test(
    'what killed workers had reserved is recovered when they end',
    { timeout: 90_000 },
    async () => {
      const place = await servePlace();
      const limits = ['--model', 'box/gpt-x', '--concurrent', '4', '--budget', '1000/day'];
      const created = await place.run(['key', 'create', 'limited', ...limits]);
      const key = /sk-postern-\S+/.exec(created.stdout)?.[0] ?? '';
      const { url, program } = await startServing(place, WORKERS);
      place.upstream.respond(() => new Promise(() => undefined));
      const call = async (): Promise<number> => {
        const response = await fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, connection: 'close' },
          body: JSON.stringify({
            model: 'box/gpt-x',
            messages: [{ role: 'user', content: 'Hello' }],
          }),
        });
        await response.text();
        return response.status;
      };
      const lost = Array.from({ length: 4 }, async () => {
        await expect(call()).rejects.toThrow('fetch failed');
      });
      await expect.poll(() => place.upstream.requests.length).toBe(4);
      expect(await call()).toBe(429);
      place.upstream.respond(() => textReply('Hello'));
      const [first = 0, second = 0] = await workersOf(program.pid);
      process.kill(first, 'SIGKILL');
      // Before, a connection may be given to it. With no worker at all, the port would be closed.
      await program.waitFor(/"event":"worker.ended"/);
      const metrics = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
      await expect.poll(metrics, { timeout: 30_000 }).toContain('{state="answering"} 2');
      process.kill(second, 'SIGKILL');
      await program.waitFor(/"event":"worker.ended"[\s\S]*"event":"worker.ended"/);
      await Promise.all(lost);
      const calls = async (): Promise<readonly number[]> =>
        await Promise.all([call(), call(), call(), call()]);
      // The lease of the second one would last for 30 seconds.
      await expect.poll(calls, { timeout: 20_000 }).toEqual([200, 200, 200, 200]);
      const { stdout } = await place.run(['usage', '--by', 'model', '--json']);
      expect(stdout).toContain('unknown');
      expect(await program.stop()).toMatchObject({ code: 0 });
    },
  );

  test.each([
    ['valid', 10, 200],
    ['invalid', 4, 401],
  ])(
    'of 200 requests at once with %s keys from one address, %d are let through by all workers together',
    async (kind, count, passed) => {
      const place = await servePlace();
      const perAddress = { requestsPerMinute: 10, failuresPerMinute: 4, countsLoopback: true };
      place.configure({ gateway: { perAddress } });
      const { url, program } = await startServing(place, ['--workers', '4']);
      const key = kind === 'valid' ? place.key : 'sk-postern-no-key';
      const startedMs = performance.now();
      const found = await Promise.all(
        Array.from({ length: 200 }, async () => {
          const headers = { authorization: `Bearer ${key}`, connection: 'close' };
          return (await fetch(`${url}/v1/models`, { headers })).status;
        }),
      );
      const minutes = (performance.now() - startedMs) / 60_000;
      const through = found.filter((status) => status === passed).length;
      expect(found.filter((status) => status === 429)).toHaveLength(200 - through);
      expect(through).toBeGreaterThanOrEqual(count);
      // What the limit refills while the requests run.
      expect(through).toBeLessThanOrEqual(count + Math.floor(minutes * count));
      expect(await program.stop()).toMatchObject({ code: 0 });
    },
  );

  test('SIGTERM lets a running stream finish', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    place.upstream.next(SLOW);
    const readToEnd = await openStream(url, place.key);
    program.send('SIGTERM');
    expect(await readToEnd()).toContain('[DONE]');
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  test('a worker that can not listen ends all of them', async () => {
    const place = await servePlace();
    const first = await startServing(place, WORKERS);
    const other = await servePlace();
    const port = new URL(first.url).port;
    const ended = await other.run(['serve', '--port', port, '--workers', '2']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/PORT_TAKEN[\s\S]*WORKER_ENDED/);
    await first.program.stop();
  });
});

/** Nobody may have collected the exit status of an ended process, but its command line is gone. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1') !== '';
  } catch {
    return false;
  }
}
