import { startFakeUpstream, textReply, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

let upstream: FakeUpstream;
let running: RunningGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  await running.close();
});

afterAll(async () => {
  await upstream.close();
});

describe('every answer', () => {
  it.each<readonly [string, string, string, boolean, boolean]>([
    ['a call', 'POST', CHAT, true, false],
    ['a stream', 'POST', CHAT, true, true],
    ['a call in the other dialect', 'POST', MESSAGES, true, false],
    ['a refused call', 'POST', CHAT, false, false],
    ['the list of models', 'GET', '/v1/models', true, false],
    ['an unknown route', 'GET', '/v1/nothing', true, false],
    ['another method', 'DELETE', CHAT, true, false],
    ['liveness', 'GET', '/healthz', false, false],
    ['readiness', 'GET', '/readyz', false, false],
  ])('%s is neither kept nor guessed at', async (_name, method, path, hasKey, stream) => {
    running = await startGateway({ baseUrls: upstream.baseUrls });
    upstream.next(textReply('Hello'));
    const body = { model: 'm', max_tokens: 9, stream, messages: [{ role: 'user', content: 'hi' }] };
    const response = await fetch(running.url + path, {
      method,
      headers: hasKey ? { 'x-api-key': running.key } : {},
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    });
    await response.text();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
