import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeUpstream, type FakeUpstream } from './start-fake-upstream.ts';

const KEY = 'sk-test-0123456789abcdef';

let upstream: FakeUpstream;

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await upstream.close();
});

describe('requests that the real API rejects', () => {
  const user = { role: 'user', content: 'hi' };
  const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };
  const tool = { name: 'f', input_schema: { type: 'object' } };
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
  const anthropicRows: readonly (readonly [string, object, RegExp])[] = [
    ['no max_tokens', { max_tokens: undefined }, /max_tokens: Field required/],
    [
      'an assistant first',
      { messages: [{ role: 'assistant', content: 'x' }, user] },
      /first message/,
    ],
    ['a system role', { messages: [{ role: 'system', content: 'x' }, user] }, /role/],
    [
      'an empty text block',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      /non-empty/,
    ],
    [
      'an unanswered call',
      { messages: [user, { role: 'assistant', content: [use] }, user], tools: [tool] },
      /without `tool_result`/,
    ],
    [
      'a result without a call',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }] },
      /unexpected `tool_use_id`/,
    ],
    [
      'a result after text',
      {
        messages: [
          user,
          { role: 'assistant', content: [use] },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'tool_result', tool_use_id: 'a' },
            ],
          },
        ],
      },
      /come before/,
    ],
    [
      'an id of another provider',
      {
        messages: [
          user,
          { role: 'assistant', content: [{ ...use, id: 'functions.f:0' }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'functions.f:0' }] },
        ],
      },
      /pattern/,
    ],
    [
      'a string as input',
      {
        messages: [
          user,
          { role: 'assistant', content: [{ ...use, input: '{}' }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] },
        ],
      },
      /valid dictionary/,
    ],
    ['a field of the other dialect', { stream_options: {} }, /Extra inputs/],
    [
      'a prefill ending in space',
      { messages: [user, { role: 'assistant', content: 'So ' }] },
      /trailing whitespace/,
    ],
    [
      'a tool of the other dialect',
      { tools: [{ type: 'custom', name: 'f', function: { name: 'f' } }] },
      /input_schema/,
    ],
    ['a choice without tools', { tool_choice: { type: 'auto' } }, /only be specified while/],
    ['a small thinking budget', { thinking: { type: 'enabled', budget_tokens: 10 } }, /1024/],
    [
      'an http image',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'http://x/y' } }],
          },
        ],
      },
      /HTTPS/,
    ],
    ['a temperature of 1.5', { temperature: 1.5 }, /temperature/],
  ];
  const openaiRows: readonly (readonly [string, object, RegExp])[] = [
    ['no model', { model: undefined }, /model/],
    ['no messages', { messages: [] }, /messages/],
    ['an unknown role', { messages: [{ role: 'human', content: 'x' }] }, /human/],
    ['null content', { messages: [{ role: 'user', content: null }] }, /null/],
    [
      'an unanswered call',
      { messages: [user, { role: 'assistant', content: null, tool_calls: [call] }, user] },
      /did not have response/,
    ],
    [
      'a result without a call',
      { messages: [user, { role: 'tool', tool_call_id: 'a', content: 'x' }] },
      /must be a response/,
    ],
    [
      'arguments as an object',
      {
        messages: [
          user,
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }],
          },
          { role: 'tool', tool_call_id: 'a', content: '' },
        ],
      },
      /expected a string/,
    ],
    ['five stops', { stop: ['a', 'b', 'c', 'd', 'e'] }, /at most 4/],
    ['a system field', { system: 'x' }, /Unrecognized/],
    ['stream options unstreamed', { stream_options: { include_usage: true } }, /stream_options/],
    ['both limits', { max_tokens: 1, max_completion_tokens: 1 }, /same time/],
    ['parallel calls without tools', { parallel_tool_calls: false }, /parallel_tool_calls/],
    ['a tool of the other dialect', { tools: [tool] }, /type/],
  ];
  const post = async (path: string, headers: Record<string, string>, body: object) => {
    const response = await fetch(`${upstream.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return `${response.status} ${await response.text()}`;
  };

  it.each(anthropicRows)('Anthropic: %s', async (_, wrong, words) => {
    const headers = { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' };
    const answer = await post('/v1/messages', headers, {
      model: 'm',
      max_tokens: 2000,
      messages: [user],
      ...wrong,
    });
    expect(answer).toMatch(/^400 .*invalid_request_error/);
    expect(answer).toMatch(words);
    expect(upstream.violations.length).toBeGreaterThan(0);
  });

  it.each(openaiRows)('OpenAI: %s', async (_, wrong, words) => {
    const answer = await post(
      '/chat/completions',
      { authorization: `Bearer ${KEY}` },
      { model: 'm', messages: [user], ...wrong },
    );
    expect(answer).toMatch(/^400 /);
    expect(answer).toMatch(words);
    expect(upstream.violations.length).toBeGreaterThan(0);
  });

  const responsesCall = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' };
  const responsesRows: readonly (readonly [string, object, RegExp])[] = [
    ['no model', { model: undefined }, /model/],
    ['no input', { input: undefined }, /input/],
    ['fields of chat completions', { messages: [user] }, /messages/],
    ['an unknown role', { input: [{ role: 'human', content: 'x' }] }, /human/],
    [
      'content of an answer in a question',
      { input: [{ role: 'user', content: [{ type: 'output_text', text: 'x' }] }] },
      /output_text/,
    ],
    ['a call without its output', { input: [user, responsesCall] }, /No tool output/],
    [
      'an output without its call',
      { input: [user, { type: 'function_call_output', call_id: 'b', output: 'x' }] },
      /No tool call/,
    ],
    [
      'a tool of chat completions',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      /function/,
    ],
    ['too few tokens', { max_output_tokens: 5 }, /minimum/],
  ];
  it.each(responsesRows)('OpenAI Responses: %s', async (_, wrong, words) => {
    const answer = await post(
      '/responses',
      { authorization: `Bearer ${KEY}` },
      { model: 'm', input: 'hi', ...wrong },
    );
    expect(answer).toMatch(/^400 /);
    expect(answer).toMatch(words);
    expect(upstream.violations.length).toBeGreaterThan(0);
  });

  it('records forwarded headers and responds anyway', async () => {
    const answer = await post(
      '/v1/chat/completions',
      {
        authorization: `Bearer ${KEY}`,
        'x-api-key': 'sk-postern-abc',
        cookie: 'session=1',
        'x-forwarded-for': '10.0.0.1',
      },
      { model: 'm', messages: [user] },
    );
    expect(answer).toMatch(/^200 /);
    expect(upstream.violations.map(({ message }) => message).sort()).toEqual([
      'a gateway key was passed on in x-api-key',
      'a key was also sent as x-api-key',
      'the header cookie was passed on',
      'the header x-forwarded-for was passed on',
    ]);
  });
});
