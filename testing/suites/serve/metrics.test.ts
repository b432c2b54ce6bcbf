import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { skipBecause, whyNoPrograms } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { openStream, servePlace, startServing } from './serve-place.ts';

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
    expect(text).toContain(
      'postern_http_responses_total{http_route="/v1/models",http_response_status_code="401"} 1',
    );
    expect(text).toContain('http_route="other",http_response_status_code="404"} 1');
    expect(text).toMatch(/postern_added_latency_seconds_count\{component="body"\} 1/);
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

test.skipIf(skipBecause('promtool', whyNoPrograms(['promtool'])))(
  'the metrics are what promtool expects',
  async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    await (
      await openStream(url, place.key)
    )();
    const { text } = await metricsOf(url);
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(checked.status, checked.stderr).toBe(0);
    await program.stop();
  },
);
