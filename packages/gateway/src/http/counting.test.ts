import { expectOk, isJsonObject, parseJson } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CLAUDE = { model: 'anthropic/claude-x' };
const GPT = { model: 'openai/gpt-x' };

function error(type: string, message: string, code?: string): string {
  return JSON.stringify({ type: 'error', error: { type, message, code } });
}

describe('a count of tokens', () => {
  const COUNT = '/v1/messages/count_tokens';
  const ESTIMATED = /^estimated;path="input_tokens";reason="/;

  it.each([
    ['of another dialect', GPT],
    ['that has no such path', { model: 'lab/claude' }],
  ])('for a provider %s is an estimate', async (_name, model) => {
    await world.start({
      endpoints: {
        lab: {
          dialect: 'anthropic-messages',
          baseUrl: world.upstream.baseUrls['anthropic-messages'],
        },
      },
    });
    world.upstream.respond(({ path }) =>
      path.startsWith(COUNT) ? { kind: 'error', status: 404 } : undefined,
    );
    const messages = [{ role: 'user', content: 'word '.repeat(400) }];
    const response = await world.post(COUNT, { ...model, messages });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-postern-warnings')).toMatch(ESTIMATED);
    const body = expectOk(parseJson(await response.text()));
    const count = isJsonObject(body) ? body['input_tokens'] : undefined;
    expect(count).toBeGreaterThanOrEqual(400);
    expect(count).toBeLessThan(600);
  });

  it.each([
    ['a page', 'text/html', '<html>404</html>'],
    ['no body', 'text/plain', ''],
    ['a text', 'text/plain', '404 page not found'],
    ['a list of details', 'application/json', '{"detail":"Not Found"}'],
    ['an error', 'application/json', error('not_found_error', 'Not Found')],
    ['an address', 'application/json', error('invalid_request_error', 'Invalid URL (POST /v1/x)')],
  ])('is estimated if the provider has no such path, which it says with %s', async (...row) => {
    const [, contentType, body] = row;
    await world.start();
    world.upstream.next({ kind: 'raw', status: 404, contentType, body });
    const response = await world.post(COUNT, CLAUDE);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-postern-warnings')).toMatch(ESTIMATED);
    expect(await response.text()).toMatch(/^\{"input_tokens":\d+\}$/);
  });

  it.each([
    ["Anthropic's", error('not_found_error', 'model: claude-x')],
    ["OpenAI's", error('invalid_request_error', 'It does not exist.', 'model_not_found')],
    ["vLLM's", '{"object":"error","message":"The model `x` does not exist.","code":404}'],
    ["Ollama's", '{"error":"model \'x\' not found"}'],
  ])(
    'is not estimated for a model that the provider does not know, with %s error',
    async (...row) => {
      const [, body] = row;
      await world.start();
      world.upstream.next({ kind: 'raw', status: 404, contentType: 'application/json', body });
      const response = await world.post(COUNT, CLAUDE);
      expect([response.status, await response.text()]).toEqual([404, body]);
      expect(response.headers.get('x-postern-warnings')).toBeNull();
    },
  );

  it('has the form of the dialect', async () => {
    await world.start();
    const response = await world.post('/v1/responses/input_tokens', { ...CLAUDE, input: 'hi' });
    expect(await response.json()).toMatchObject({ object: 'response.input_tokens' });
    expect(response.headers.get('x-postern-warnings')).toMatch(ESTIMATED);
  });

  it.each([429, 500])('that fails with %i is not hidden', async (status) => {
    await world.start();
    world.upstream.next({ kind: 'error', status });
    expect((await world.post(COUNT, CLAUDE)).status).toBe(status);
  });
});
