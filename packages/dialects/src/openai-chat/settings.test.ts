import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { text, user } from '../testing/turns.ts';
import { openaiChat } from './dialect.ts';

const QUESTION: ModelRequest = { model: 'gpt-6.1-sol', turns: [user(text('q'))], stream: false };
const schema = { type: 'object' };

type Row = readonly [
  name: string,
  asked: Partial<ModelRequest>,
  sent: JsonObject,
  warnings: readonly string[],
];

const ROWS: readonly Row[] = [
  [
    'any JSON',
    { responseFormat: { kind: 'json' } },
    { response_format: { type: 'json_object' } },
    [],
  ],
  [
    'a schema without a name',
    { responseFormat: { kind: 'json-schema', schema } },
    { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } },
    [],
  ],
  ['an effort', { reasoning: { effort: 'low' } }, { reasoning_effort: 'low' }, []],
  ['no reasoning', { reasoning: { mode: 'off' } }, { reasoning_effort: 'none' }, []],
  ['the usual reasoning', { reasoning: { mode: 'adaptive' } }, {}, []],
  ...(
    [
      [2048, 'low'],
      [16_384, 'medium'],
      [16_385, 'high'],
    ] as const
  ).map(([budgetTokens, effort]): Row => [
    `a budget of ${budgetTokens}`,
    { reasoning: { budgetTokens } },
    { reasoning_effort: effort },
    ['changed reasoning.budgetTokens'],
  ]),
  [
    'a summary',
    { reasoning: { effort: 'high', summary: 'auto' } },
    { reasoning_effort: 'high' },
    ['dropped reasoning.summary'],
  ],
  [
    'reasoning of a model that has none',
    { model: 'gpt-4o', reasoning: { effort: 'high' } },
    {},
    ['dropped reasoning'],
  ],
  ['a temperature while it reasons', { temperature: 0.5 }, {}, ['dropped temperature']],
  [
    'sampling while it reasons, with an effort',
    { temperature: 1.5, topP: 0.9, reasoning: { effort: 'low' } },
    { reasoning_effort: 'low' },
    ['dropped temperature', 'dropped topP'],
  ],
  ['the usual temperature', { temperature: 1, topP: 1 }, { temperature: 1, top_p: 1 }, []],
  [
    'a temperature without reasoning',
    { temperature: 0, reasoning: { effort: 'none' } },
    { temperature: 0, reasoning_effort: 'none' },
    [],
  ],
  [
    'a temperature of a model without reasoning',
    { model: 'gpt-4o', temperature: 0.5 },
    { temperature: 0.5 },
    [],
  ],
  ['top_k', { topK: 5 }, {}, ['dropped topK']],
  ['log probabilities', { logprobs: 3 }, { logprobs: true, top_logprobs: 3 }, []],
  ['log probabilities without others', { logprobs: 0 }, { logprobs: true }, []],
  ['a user', { userId: 'u' }, { user: 'u' }, []],
  ['labels', { metadata: { a: 'b' } }, { metadata: { a: 'b' } }, []],
  ['a service tier', { serviceTier: 'standard' }, { service_tier: 'default' }, []],
  ['a choice without tools', { toolChoice: { kind: 'auto' } }, {}, ['dropped toolChoice']],
  [
    'fields of another dialect',
    { extra: { dialect: 'anthropic-messages', fields: { context_management: {} } } },
    {},
    ['dropped extra.context_management'],
  ],
  [
    'reasoning of an earlier answer',
    {
      turns: [
        user(text('q')),
        { role: 'assistant', parts: [{ kind: 'thinking', text: 't' }, text('a')] },
        user(text('q')),
      ],
    },
    {},
    ['dropped messages[1].parts[0]'],
  ],
];

describe('settings toward chat completions', () => {
  test.each(ROWS)('%s', (_name, asked, sent, expected) => {
    const always = expectOk(openaiChat.encodeRequest(QUESTION)).value;
    const { value, warnings } = expectOk(openaiChat.encodeRequest({ ...QUESTION, ...asked }));
    const body = Object.entries(value).filter(([key]) => !(key in always));
    expect(Object.fromEntries(body)).toEqual(sent);
    expect(warnings.map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });

  test.each<ModelRequest['thread']>([
    { kind: 'create' },
    { kind: 'continue', previousMessageId: 'msg_1' },
  ])('a thread that another server keeps is refused: %j', (thread) => {
    const request = thread === undefined ? QUESTION : { ...QUESTION, thread };
    expect(openaiChat.encodeRequest(request)).toMatchObject({
      failure: { reason: 'thread-unsupported', path: 'thread' },
    });
  });
});

describe('settings from chat completions', () => {
  const kept = (fields: JsonObject) => ({ extra: { dialect: 'openai-chat', fields } });

  test.each<readonly [JsonObject, object]>([
    [
      { top_k: 3, seed: 4 },
      { topK: 3, seed: 4 },
    ],
    [{ response_format: { type: 'text' } }, {}],
    [{ response_format: { type: 'grammar' } }, kept({ response_format: { type: 'grammar' } })],
    [{ reasoning_effort: 'minimal' }, { reasoning: { effort: 'minimal' } }],
    [{ reasoning_effort: 'default' }, kept({ reasoning_effort: 'default' })],
    [{ reasoning: { effort: 'high' } }, { reasoning: { effort: 'high' } }],
    [
      { reasoning: { max_tokens: 2000, exclude: true } },
      { reasoning: { budgetTokens: 2000, summary: 'none' } },
    ],
    [{ reasoning: { enabled: false } }, { reasoning: { mode: 'off' } }],
    [{ reasoning: { enabled: true, other: 1 } }, kept({ reasoning: { other: 1 } })],
    [{ thinking: { type: 'disabled' } }, { reasoning: { mode: 'off' } }],
    [{ thinking: { type: 'enabled' } }, { reasoning: { mode: 'adaptive' } }],
    [{ thinking: { type: 'other' } }, kept({ thinking: { type: 'other' } })],
    [{ logprobs: true, top_logprobs: 2 }, { logprobs: 2 }],
    [{ logprobs: false }, kept({ logprobs: false })],
    [{ service_tier: 'default' }, { serviceTier: 'standard' }],
    [{ service_tier: 'on_demand' }, kept({ service_tier: 'on_demand' })],
    [{ user: null, seed: null }, {}],
    [{ safety_identifier: 's' }, kept({ safety_identifier: 's' })],
  ])('%j', (fields, expected) => {
    const messages = [{ role: 'user', content: 'q' }];
    const request = expectOk(openaiChat.decodeRequest({ model: 'm', messages, ...fields }));
    const { model, turns, stream, ...settings } = request;
    expect([model, turns.length, stream]).toEqual(['m', 1, false]);
    expect(settings).toEqual(expected);
  });
});
