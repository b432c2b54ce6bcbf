import {
  expectOk,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '@postern/kernel';
import type { FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const CLAUDE = { model: 'anthropic/claude-x' };

async function messagesSent(index: number): Promise<string> {
  const { json } = await world.upstream.request(index);
  return JSON.stringify(isJsonObject(json) ? json['messages'] : undefined);
}

/** The list in every `reasoning_details` of a response. */
function detailsIn(text: string): readonly JsonObject[] {
  return [...text.matchAll(/"reasoning_details":(\[[^\]]*\])/g)].flatMap(([, json = '[]']) => {
    const list: JsonValue = expectOk(parseJson(json));
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
  });
}

describe('reasoning that a provider signed', () => {
  const signed: FakeReply = {
    kind: 'answer',
    parts: [
      { kind: 'thinking', text: 'Hm.', signature: 'c2lnbmVk' },
      { kind: 'text', text: 'Yes.' },
    ],
  };

  it.each([false, true])('goes back to it and to no other, streamed: %s', async (stream) => {
    await world.start({
      endpoints: {
        other: {
          dialect: 'anthropic-messages',
          baseUrl: world.upstream.baseUrls['anthropic-messages'],
        },
      },
    });
    world.upstream.next(signed);
    const response = await world.post(CHAT, { ...CLAUDE, stream });
    const found = detailsIn(await response.text());
    expect(JSON.stringify(found)).toContain('postern.anthropic.c2lnbmVk');
    const message = {
      role: 'assistant',
      content: 'Yes.',
      reasoning_details: stream ? [Object.fromEntries(found.flatMap(Object.entries))] : found,
    };
    const messages = [
      { role: 'user', content: 'Sure?' },
      message,
      { role: 'user', content: 'Really?' },
    ];
    await (await world.post(CHAT, { ...CLAUDE, messages })).text();
    expect(await messagesSent(1)).toContain('"signature":"c2lnbmVk"');
    const other = await world.post(CHAT, { model: 'other/claude-x', messages });
    await other.text();
    expect(await messagesSent(2)).not.toContain('c2lnbmVk');
    expect(other.headers.get('x-postern-warnings')).toContain('another provider signed');
    expect(world.upstream.violations).toEqual([]);
  });

  it('is removed for a provider of the same dialect too', async () => {
    await world.start();
    const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'postern.other.c2ln' };
    const own = { type: 'thinking', thinking: 'Ah.', signature: 'bmF0aXZl' };
    const messages = [
      { role: 'user', content: 'Sure?' },
      { role: 'assistant', content: [thinking, own, { type: 'text', text: 'Yes.' }] },
      {
        role: 'user',
        content: [{ type: 'text', text: 'Really?', cache_control: { type: 'ephemeral' } }],
      },
    ];
    const response = await world.post(MESSAGES, { ...CLAUDE, messages });
    expect(response.status).toBe(200);
    const sent = await messagesSent(0);
    expect(sent).not.toContain('c2ln');
    expect(sent).toContain('bmF0aXZl');
    expect(sent).toContain('cache_control');
  });
});
