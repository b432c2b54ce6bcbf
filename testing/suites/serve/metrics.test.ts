import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { skipBecause, whyNoPrograms } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { openStream, servePlace, startServing, workersOf } from './serve-place.ts';

/** Unlike `fetch`, it sends any header. */
async function metricsOf(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<{ readonly status: number; readonly text: string }> {
  return await new Promise((resolve, reject) => {
    const sent = request(`${url}/metrics`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The value of a metric, whatever its labels are; undefined if it isn't there. */
function valueIn(text: string, name: string): number | undefined {
  const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

const COMPONENTS = [
  ...['authentication', 'body', 'queue', 'limits', 'translation', 'credential', 'retry'],
  'response',
];

describe('metrics', () => {
  test('count calls, tokens and responses, without names that only a client wrote', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    await (
      await openStream(url, place.key)
    )();
    await fetch(`${url}/v1/models`);
    await fetch(`${url}/v1/${'x'.repeat(30)}`);
    const { status, text } = await metricsOf(url);
    expect(status).toBe(200);
    const labels =
      'gen_ai_operation_name="openai-chat",gen_ai_provider_name="box",gen_ai_request_model="gpt-x"';
    expect(text).toContain(
      `postern_calls_total{${labels},http_response_status_code="200",postern_ending="complete"} 1`,
    );
    expect(text).toContain(`postern_tokens_total{${labels},gen_ai_token_type="input"} `);
    expect(text).toContain(`postern_tokens_total{${labels},gen_ai_token_type="output"} `);
    const [input = 0, output = 0] = ['input', 'output'].map((type) => {
      const [, count] = new RegExp(`token_type="${type}"\\} (\\d+)`).exec(text) ?? [];
      return Number(count);
    });
    // The price of a model that isn't in the price table.
    const cost = (30 * input + 180 * output) / 1_000_000;
    expect(text).toContain(`postern_cost_usd_total{${labels}} ${String(cost)}`);
    expect(text).toContain(
      'postern_http_responses_total{http_route="/v1/models",http_response_status_code="401"} 1',
    );
    expect(text).toContain('http_route="other",http_response_status_code="404"} 1');
    for (const component of COMPONENTS) {
      expect(text).toContain(`postern_added_latency_seconds_count{component="${component}"} 1`);
    }
    expect(text).toContain(`postern_upstream_wait_seconds_count{${labels}} 1`);
    expect(text).toMatch(/^postern_running_calls 0$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(text).toMatch(/^postern_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
    expect(text).not.toContain('xxx');
    await program.stop();
  });

  test.each([
    ['through a proxy', { 'x-forwarded-for': '203.0.113.7' }, 'GET', 403],
    ['from a browser', { origin: 'https://evil.example' }, 'GET', 403],
    ['in a page of a browser', { 'sec-fetch-site': 'cross-site' }, 'GET', 403],
    ['typed into a browser', { 'sec-fetch-site': 'none' }, 'GET', 403],
    ['under another name', { host: 'evil.example' }, 'GET', 403],
    ['with another method', {}, 'POST', 405],
  ])('are refused %s', async (_title, headers, method, status) => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    expect(await metricsOf(url, headers, method)).toMatchObject({ status, text: '' });
    await program.stop();
  });

  test('need the token if the configuration names one', async () => {
    const place = await servePlace();
    expect(await place.run(['secret', 'set', 'metrics'], 'a-token-of-metrics')).toMatchObject({
      code: 0,
    });
    place.configure({ gateway: { metrics: { tokenSecret: 'metrics' } } });
    const { url, program } = await startServing(place);
    expect(await metricsOf(url)).toMatchObject({ status: 401, text: '' });
    const wrong = { authorization: 'Bearer a-token-of-metricx' };
    expect(await metricsOf(url, wrong)).toMatchObject({ status: 401 });
    const right = { authorization: 'Bearer a-token-of-metrics', 'x-forwarded-for': '203.0.113.7' };
    expect(await metricsOf(url, right)).toMatchObject({ status: 200 });
    await program.stop();
  });

  test('need a token that is in the vault', async () => {
    const place = await servePlace();
    place.configure({ gateway: { metrics: { tokenSecret: 'metrics' } } });
    const ended = await place.run(['serve', '--port', '0']);
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('metrics');
  });
});

describe('metrics of several workers', () => {
  const WORKERS = ['--workers', '2', '--log-format', 'json'];
  // Each connection goes to the next worker.
  const ALONE = { connection: 'close' };

  test('are added up, and never fall when a worker is killed', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    const call = async (): Promise<void> => {
      await (
        await openStream(url, place.key, ALONE)
      )();
    };
    for (let count = 0; count < 6; count += 1) await call();
    const before = (await metricsOf(url, ALONE)).text;
    expect(valueIn(before, 'postern_calls_total')).toBe(6);
    expect(valueIn(before, 'gen_ai_server_request_duration_seconds_count')).toBe(6);
    expect(valueIn(before, 'postern_running_calls')).toBe(0);
    expect(valueIn(before, 'postern_build_info')).toBe(1);
    expect(before).toContain('postern_workers{state="answering"} 2');
    const [victim = 0] = await workersOf(program.pid);
    process.kill(victim, 'SIGKILL');
    await program.waitFor(/"event":"worker.ended"/);
    await call();
    const after = (await metricsOf(url, ALONE)).text;
    expect(valueIn(after, 'postern_calls_total')).toBe(7);
    const bytes = (text: string): number => valueIn(text, 'process_resident_memory_bytes') ?? 0;
    await expect
      .poll(async () => (await metricsOf(url, ALONE)).text, { timeout: 30_000 })
      .toContain('postern_workers{state="answering"} 2');
    const again = (await metricsOf(url, ALONE)).text;
    expect(valueIn(again, 'postern_calls_total')).toBe(7);
    expect(bytes(again)).toBeLessThan(1.5 * bytes(before));
    expect(await program.stop()).toMatchObject({ code: 0 });
  });

  test('come without waiting for a worker that hangs, and say that it does', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place, WORKERS);
    for (let count = 0; count < 4; count += 1) {
      await (
        await openStream(url, place.key, ALONE)
      )();
    }
    expect(valueIn((await metricsOf(url, ALONE)).text, 'postern_calls_total')).toBe(4);
    const [first = 0] = await workersOf(program.pid);
    process.kill(first, 'SIGSTOP');
    // One of them is at the worker that hangs.
    const asked = Array.from({ length: 3 }, async () => await metricsOf(url, ALONE));
    const { status, text } = await Promise.any(asked);
    expect(status).toBe(200);
    expect(text).toContain('postern_workers{state="silent"} 1');
    expect(valueIn(text, 'postern_calls_total')).toBe(4);
    process.kill(first, 'SIGCONT');
    await Promise.all(asked);
    const after = (await metricsOf(url, ALONE)).text;
    expect(after).toContain('postern_workers{state="silent"} 0');
    expect(await program.stop()).toMatchObject({ code: 0 });
  });
});

test.skipIf(skipBecause('promtool', whyNoPrograms(['promtool']))).each([
  ['one process', []],
  ['several workers', ['--workers', '2']],
])('the metrics of %s are what promtool expects', async (_title, parameters) => {
  const place = await servePlace();
  const { url, program } = await startServing(place, parameters);
  await (
    await openStream(url, place.key)
  )();
  const { text } = await metricsOf(url);
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect(checked.status, checked.stderr).toBe(0);
  await program.stop();
});
