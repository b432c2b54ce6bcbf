import { textReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

const world = gatewayWorld();

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
    await world.start();
    world.upstream.next(textReply('Hello'));
    const body = { model: 'm', max_tokens: 9, stream, messages: [{ role: 'user', content: 'hi' }] };
    const response = await fetch(world.running.url + path, {
      method,
      headers: hasKey ? { 'x-api-key': world.running.key } : {},
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    });
    await response.text();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
