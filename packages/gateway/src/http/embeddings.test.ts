import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const EMBEDDINGS = '/v1/embeddings';
const asked = { messages: undefined, max_tokens: undefined, input: ['one', 'two'] };

describe('POST /v1/embeddings', () => {
  it('is passed through, and the tokens of the input are recorded', async () => {
    await world.start();
    const response = await world.post(EMBEDDINGS, {
      ...asked,
      model: 'openai/embedder',
      user: 'postern.x',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: [{ index: 0 }, { index: 1 }] });
    const sent = await world.upstream.request(0);
    expect(sent.path).toBe('/v1/embeddings');
    expect(sent.json).toEqual({ model: 'embedder', input: ['one', 'two'], user: 'postern.x' });
    expect(sent.violations).toEqual([]);
    expect(world.running.entries).toMatchObject([
      {
        provider: 'openai',
        model: 'embedder',
        status: 200,
        estimated: false,
        usage: { inputTokens: 4, outputTokens: 0 },
      },
    ]);
  });

  it('costs an estimate if the provider counts nothing, and never its vectors', async () => {
    await world.start();
    const body = JSON.stringify({
      data: [{ embedding: Array.from({ length: 5000 }, () => 0.25) }],
    });
    world.upstream.next({ kind: 'raw', status: 200, contentType: 'application/json', body });
    await (await world.post(EMBEDDINGS, { ...asked, input: 'word '.repeat(100) })).text();
    const [entry] = world.running.entries;
    expect(entry).toMatchObject({ estimated: true, usage: { outputTokens: 0 } });
    expect(entry?.usage.inputTokens).toBeGreaterThan(100);
    expect(entry?.usage.inputTokens).toBeLessThan(200);
  });

  it('is refused for a provider without chat completions', async () => {
    await world.start();
    const response = await world.post(EMBEDDINGS, { ...asked, model: 'anthropic/claude-x' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'model', code: 'GATEWAY_TRANSLATION_UNAVAILABLE' },
    });
    expect(world.upstream.requests).toEqual([]);
  });
});
