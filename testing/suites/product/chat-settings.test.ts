import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import type { ChatSettings } from '@postern/protocol';
import {
  freshHome,
  startFakeUpstream,
  textReply,
  upPostern,
  type FakeUpstream,
  type FreshHome,
  type PosternUp,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addFakeProvider, signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const DIALECTS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;
const WithId = v.object({ id: v.string() });
const ALL: ChatSettings = {
  systemPrompt: 'Answer in verse.',
  temperature: 0.5,
  effort: 'low',
  maxOutputTokens: 2000,
};

let home: FreshHome;
let upstream: FakeUpstream;
let postern: PosternUp;
let app: AppClient;

beforeAll(async () => {
  home = freshHome();
  upstream = await startFakeUpstream();
  postern = await upPostern({ environment: home.environment });
  app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
  for (const dialect of DIALECTS) await addFakeProvider(app, upstream, dialect);
});

afterAll(async () => {
  await postern.stop();
  await upstream.close();
  home[Symbol.dispose]();
});

beforeEach(() => {
  upstream.reset();
});

async function newConversation(): Promise<string> {
  return v.parse(WithId, await app.request('POST', '/api/conversations', {})).id;
}

const save = async (conversation: string | null, settings: unknown): Promise<JsonValue> =>
  await app.request('PUT', '/api/chat-settings', { conversation, settings });

/** The body that the provider gets for a question, without the conversation. */
async function sentFor(conversation: string, provider: string, model: string): Promise<JsonObject> {
  upstream.next(textReply('Done.'));
  const events = await app.turn(conversation, { parentId: null, text: 'Hi', provider, model });
  expect(events.at(-1)).toMatchObject({ kind: 'done', answer: { status: 'complete' } });
  expect(upstream.violations).toEqual([]);
  const body = upstream.requests.at(-1)?.json;
  if (body === undefined || !isJsonObject(body)) throw new Error('the provider got no request');
  return body;
}

describe('the settings of a chat', () => {
  test.each<readonly [(typeof DIALECTS)[number], string, JsonObject]>([
    [
      'openai-chat',
      'some-model',
      {
        messages: [
          { role: 'system', content: 'Answer in verse.' },
          { role: 'user', content: 'Hi' },
        ],
        temperature: 0.5,
        reasoning_effort: 'low',
        max_tokens: 2000,
      },
    ],
    [
      'openai-responses',
      'some-model',
      {
        instructions: 'Answer in verse.',
        temperature: 0.5,
        reasoning: { effort: 'low' },
        max_output_tokens: 2000,
      },
    ],
    [
      'anthropic-messages',
      'claude-sonnet-5-5',
      {
        system: 'Answer in verse.',
        temperature: 0.5,
        output_config: { effort: 'low' },
        max_tokens: 2000,
      },
    ],
  ])('are sent in the form of %s', async (provider, model, expected) => {
    const conversation = await newConversation();
    await save(conversation, ALL);
    expect(await sentFor(conversation, provider, model)).toMatchObject(expected);
  });

  test('that were chosen for the next chat belong to it alone', async () => {
    await save(null, { temperature: 0.25 });
    expect(await app.request('GET', '/api/chat-settings')).toEqual({ temperature: 0.25 });
    const first = await newConversation();
    const second = await newConversation();
    expect(await app.request('GET', '/api/chat-settings')).toEqual({});
    expect(await sentFor(first, 'openai-chat', 'x')).toMatchObject({ temperature: 0.25 });
    expect(await sentFor(second, 'openai-chat', 'x')).not.toHaveProperty('temperature');
    const view = await app.request('GET', `/api/conversations/${first}`);
    expect(view).toMatchObject({ settings: { temperature: 0.25 } });
  });

  test('can be 200,000 characters long, and no longer', async () => {
    const conversation = await newConversation();
    const systemPrompt = 'ä'.repeat(200_000);
    await save(conversation, { systemPrompt });
    const { messages } = await sentFor(conversation, 'openai-chat', 'x');
    expect(JSON.stringify(messages)).toContain(systemPrompt);
    await expect(save(conversation, { systemPrompt: `${systemPrompt}.` })).rejects.toThrow(
      'settings.systemPrompt is invalid.',
    );
  });

  test.each([
    ['a temperature as text', { temperature: '0.5' }],
    ['a temperature above 2', { temperature: 2.1 }],
    ['no tokens', { maxOutputTokens: 0 }],
    ['half a token', { maxOutputTokens: 1.5 }],
    ['an unknown effort', { effort: 'extreme' }],
    ['an empty system prompt', { systemPrompt: '' }],
    ['an unknown setting', { topK: 1 }],
  ])('reject %s', async (_name, settings) => {
    await expect(save(null, settings)).rejects.toThrow('400');
    expect(await app.request('GET', '/api/chat-settings')).toEqual({});
  });
});

describe('what a model does not take', () => {
  const check = async (provider: string, model: string, settings: unknown): Promise<JsonValue> =>
    await app.request('POST', '/api/chat-settings/check', { provider, model, settings });

  test.each<readonly [string, string, string, ChatSettings, readonly string[]]>([
    ['nothing', 'openai-chat', 'x', ALL, []],
    ['a temperature of a reasoning model', 'openai-responses', 'o3', ALL, ['temperature dropped']],
    ['an effort without reasoning', 'openai-chat', 'gpt-4o', ALL, ['effort dropped']],
    [
      'a high temperature',
      'anthropic-messages',
      'claude-sonnet-5-5',
      { temperature: 1.5 },
      ['temperature changed'],
    ],
    [
      'more tokens than it has',
      'anthropic-messages',
      'claude-3-haiku',
      { maxOutputTokens: 9000 },
      ['maxOutputTokens changed'],
    ],
    [
      'an effort that becomes a budget, and the temperature beside it',
      'anthropic-messages',
      'claude-haiku-4-5',
      { temperature: 0.5, effort: 'high' },
      ['temperature dropped', 'effort changed'],
    ],
    [
      'everything, if it is the demo',
      'demo',
      'x',
      ALL,
      ['systemPrompt dropped', 'temperature dropped', 'effort dropped', 'maxOutputTokens dropped'],
    ],
  ])('is named: %s', async (_name, provider, model, settings, expected) => {
    const found = v.parse(
      v.array(v.object({ setting: v.string(), kind: v.string() })),
      await check(provider, model, settings),
    );
    expect(found.map(({ setting, kind }) => `${setting} ${kind}`)).toEqual(expected);
  });

  test('is not sent either', async () => {
    const conversation = await newConversation();
    await save(conversation, ALL);
    const body = await sentFor(conversation, 'openai-chat', 'gpt-6.1-sol');
    expect(body).not.toHaveProperty('temperature');
    expect(body).toMatchObject({ reasoning_effort: 'low', max_completion_tokens: 2000 });
  });
});
