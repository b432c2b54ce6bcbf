import { expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();

it('forwards attribution headers only to a provider that lists them', async () => {
  const baseUrl = world.upstream.baseUrls['openai-chat'];
  const openai = { baseUrl, forwardHeaders: ['x-title' as const, 'traceparent' as const] };
  await world.start({ endpoints: { openai, other: { baseUrl, dialect: 'openai-chat' } } });
  const sent = {
    ...{ 'x-title': 'App', traceparent: '00-a-b-01', tracestate: 'a=b', baggage: 'user=me' },
    'http-referer': 'https://app.example',
  };
  for (const model of ['openai/m', 'other/m']) {
    await fetch(`${world.running.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.running.key}`, ...sent },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
    });
  }
  const namesOf = async (at: number) =>
    Object.keys((await world.upstream.request(at)).headers).filter((name) => name in sent);
  expect((await namesOf(0)).sort()).toEqual(['traceparent', 'x-title']);
  expect(await namesOf(1)).toEqual([]);
});
