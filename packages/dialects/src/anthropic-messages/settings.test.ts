import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { text, user } from '../testing/turns.ts';
import { anthropicMessages } from './dialect.ts';

const QUESTION: ModelRequest = {
  model: 'claude-opus-5-5',
  turns: [user(text('q'))],
  stream: false,
};
const OLDER = 'claude-sonnet-4-5';
const schema = {
  type: 'object',
  properties: { a: { type: 'object' }, b: { enum: [{ type: 'object' }] } },
};
const closed = {
  type: 'object',
  properties: {
    a: { type: 'object', additionalProperties: false },
    b: { enum: [{ type: 'object' }] },
  },
  additionalProperties: false,
};

type Row = readonly [
  name: string,
  asked: Partial<ModelRequest>,
  sent: JsonObject,
  warnings: readonly string[],
];

const ROWS: readonly Row[] = [
  ['top_k', { topK: 5 }, { top_k: 5 }, []],
  ['an effort', { reasoning: { effort: 'xhigh' } }, { output_config: { effort: 'xhigh' } }, []],
  [
    'the least effort',
    { reasoning: { effort: 'minimal' } },
    { output_config: { effort: 'low' } },
    ['changed reasoning.effort'],
  ],
  ['no effort', { reasoning: { effort: 'none' } }, { thinking: { type: 'disabled' } }, []],
  [
    'an effort of an older model',
    { model: OLDER, reasoning: { effort: 'high' } },
    { thinking: { type: 'enabled', budget_tokens: 16_384 } },
    ['changed reasoning.effort'],
  ],
  [
    'an effort of an older model within few tokens',
    { model: OLDER, reasoning: { effort: 'high' }, maxOutputTokens: 2000 },
    { thinking: { type: 'enabled', budget_tokens: 1999 } },
    ['changed reasoning.effort'],
  ],
  [
    'an effort of an older model without room for it',
    { model: OLDER, reasoning: { effort: 'high' }, maxOutputTokens: 1000 },
    {},
    ['dropped reasoning.effort'],
  ],
  [
    'an effort beside a budget of an older model',
    { model: OLDER, reasoning: { effort: 'high', budgetTokens: 2000 } },
    { thinking: { type: 'enabled', budget_tokens: 2000 } },
    ['dropped reasoning.effort'],
  ],
  [
    'a summary',
    { reasoning: { summary: 'detailed' } },
    { thinking: { type: 'adaptive', display: 'summarized' } },
    ['changed reasoning.summary'],
  ],
  [
    'a temperature beside reasoning',
    { reasoning: { budgetTokens: 2000 }, temperature: 0.5 },
    { thinking: { type: 'enabled', budget_tokens: 2000 } },
    ['dropped temperature'],
  ],
  ['a temperature over 1', { temperature: 2 }, { temperature: 1 }, ['changed temperature']],
  ['a temperature and top_p', { temperature: 1, topP: 0.5 }, { temperature: 1 }, ['dropped topP']],
  [
    'an open schema',
    { responseFormat: { kind: 'json-schema', name: 'n', description: 'd', schema } },
    { output_config: { format: { type: 'json_schema', schema: closed } } },
    ['dropped responseFormat.description', 'changed responseFormat.schema'],
  ],
  ['any JSON', { responseFormat: { kind: 'json' } }, {}, ['dropped responseFormat']],
  ['a user', { userId: 'u' }, { metadata: { user_id: 'u' } }, []],
  ['a service tier', { serviceTier: 'standard' }, { service_tier: 'standard_only' }, []],
  ['a service tier of others', { serviceTier: 'flex' }, {}, ['dropped serviceTier']],
  [
    'settings that only others have',
    { seed: 1, presencePenalty: 1, frequencyPenalty: 1, logprobs: 2, metadata: { a: 'b' } },
    {},
    [
      'dropped seed',
      'dropped presencePenalty',
      'dropped frequencyPenalty',
      'dropped logprobs',
      'dropped metadata',
    ],
  ],
  ['white space that stops', { stopSequences: [' '] }, {}, ['dropped stopSequences']],
  [
    'more tokens than there are',
    { model: 'claude-3-haiku', maxOutputTokens: 9999 },
    {},
    ['changed maxOutputTokens'],
  ],
  [
    'fields of another dialect',
    { extra: { dialect: 'openai-chat', fields: { logit_bias: {}, 'Not a name': 1 } } },
    {},
    ['dropped extra.logit_bias', 'dropped extra'],
  ],
  [
    'thinking without a signature',
    {
      turns: [
        user(text('q')),
        { role: 'assistant', parts: [{ kind: 'thinking', text: 't' }] },
        user(text('q')),
      ],
    },
    {},
    ['dropped turns[1].parts[0]'],
  ],
];

describe('settings toward the Messages API', () => {
  test.each(ROWS)('%s', (_name, asked, sent, expected) => {
    const always = expectOk(anthropicMessages.encodeRequest(QUESTION)).value;
    const { value, warnings } = expectOk(
      anthropicMessages.encodeRequest({ ...QUESTION, ...asked }),
    );
    const body = Object.entries(value).filter(([key]) => !(key in always));
    expect(Object.fromEntries(body)).toEqual(sent);
    expect(warnings.map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });

  test('a warning repeats nothing of the request', () => {
    const marked = {
      kind: 'json-schema',
      name: 'MARKED',
      schema: { type: 'object', title: 'MARKED' },
    } as const;
    const extra = { dialect: 'openai-chat', fields: { MARKED: 1 } } as const;
    const request = { ...QUESTION, metadata: { MARKED: 'MARKED' }, responseFormat: marked, extra };
    const { warnings } = expectOk(anthropicMessages.encodeRequest(request));
    expect(warnings).toHaveLength(3);
    expect(JSON.stringify(warnings)).not.toContain('MARKED');
  });
});

describe('settings from the Messages API', () => {
  const decode = (fields: JsonObject): ModelRequest =>
    expectOk(
      anthropicMessages.decodeRequest({
        model: 'm',
        max_tokens: 5,
        messages: [{ role: 'user', content: 'q' }],
        ...fields,
      }),
    );
  const kept = (fields: JsonObject) => ({ extra: { dialect: 'anthropic-messages', fields } });

  test.each<readonly [JsonObject, object]>([
    [{ top_k: 3 }, { topK: 3 }],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { reasoning: { budgetTokens: 2000 } }],
    [
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'high' } },
      { reasoning: { mode: 'adaptive', summary: 'none', effort: 'high' } },
    ],
    [{ thinking: { type: 'between' } }, kept({ thinking: { type: 'between' } })],
    [{ thinking: { type: 'enabled' } }, kept({ thinking: { type: 'enabled' } })],
    [
      { output_config: { effort: 'low', pace: 'slow', format: { type: 'json_schema', schema } } },
      {
        reasoning: { effort: 'low' },
        responseFormat: { kind: 'json-schema', schema },
        ...kept({ output_config: { pace: 'slow' } }),
      },
    ],
    [
      { output_format: { type: 'json_schema', schema } },
      { responseFormat: { kind: 'json-schema', schema } },
    ],
    [
      { metadata: { user_id: 'u', tag: 't' } },
      { userId: 'u', ...kept({ metadata: { tag: 't' } }) },
    ],
    [{ service_tier: 'standard_only' }, { serviceTier: 'standard' }],
    [{ service_tier: 'batch' }, kept({ service_tier: 'batch' })],
    [{ top_k: null }, {}],
  ])('%j', (fields, expected) => {
    const { model, turns, stream, maxOutputTokens, ...settings } = decode(fields);
    expect([model, turns.length, stream, maxOutputTokens]).toEqual(['m', 1, false, 5]);
    expect(settings).toEqual(expected);
  });
});

describe('a thread that the server keeps', () => {
  const result = {
    type: 'tool_result',
    tool_use_id: 'toolu_1',
    content: [{ type: 'text', text: 'r' }],
  };
  const body = {
    model: 'claude-opus-5-5',
    max_tokens: 64_000,
    messages: [{ role: 'user', content: [result] }],
    stream: true,
    thread: { type: 'continue', previous_message_id: 'msg_1' },
  };

  test('goes on with nothing but the results of its last answer', () => {
    const request = expectOk(anthropicMessages.decodeRequest(body));
    expect(request.thread).toEqual({ kind: 'continue', previousMessageId: 'msg_1' });
    expect(expectOk(anthropicMessages.encodeRequest(request))).toEqual({
      value: body,
      warnings: [],
    });
  });

  test('is needed for results without their call', () => {
    const request = expectOk(anthropicMessages.decodeRequest({ ...body, thread: null }));
    expect(anthropicMessages.encodeRequest(request)).toMatchObject({
      failure: { reason: 'conversation-invalid' },
    });
  });
});
