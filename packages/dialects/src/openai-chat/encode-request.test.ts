import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { text, user } from '../testing/turns.ts';
import { openaiChat } from './dialect.ts';

const QUESTION: ModelRequest = { model: 'gpt-4o', turns: [user(text('q'))], stream: false };

function encode(rest: Partial<ModelRequest>): JsonObject {
  return expectOk(openaiChat.encodeRequest({ ...QUESTION, ...rest })).value;
}

const tools = [{ name: 'look', inputSchema: { type: 'object' } }];

describe('settings toward chat completions', () => {
  const ROWS: readonly (readonly [name: string, Partial<ModelRequest>, JsonObject])[] = [
    ['a stream tells its usage', { stream: true }, { stream_options: { include_usage: true } }],
    ['the limit', { maxOutputTokens: 9 }, { max_tokens: 9 }],
    [
      'of a reasoning model',
      { model: 'o3-mini', maxOutputTokens: 9 },
      { max_completion_tokens: 9 },
    ],
    ['of the newest', { model: 'gpt-5-nano', maxOutputTokens: 9 }, { max_completion_tokens: 9 }],
    [
      'by way of a router',
      { model: 'openai/o1', maxOutputTokens: 9 },
      { max_completion_tokens: 9 },
    ],
    [
      'of a compatible server',
      { model: 'openai/gpt-oss-20b', maxOutputTokens: 9 },
      { max_tokens: 9 },
    ],
    ['temperature', { temperature: 1.5, topP: 0.5 }, { temperature: 1.5, top_p: 0.5 }],
    ['stops', { stopSequences: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ['auto', { tools, toolChoice: { kind: 'auto' } }, { tool_choice: 'auto' }],
    ['any', { tools, toolChoice: { kind: 'required' } }, { tool_choice: 'required' }],
    ['none', { tools, toolChoice: { kind: 'none' } }, { tool_choice: 'none' }],
    [
      'one',
      { tools, toolChoice: { kind: 'tool', name: 'look' } },
      { tool_choice: { type: 'function', function: { name: 'look' } } },
    ],
    ['serial', { tools, parallelToolCalls: false }, { parallel_tool_calls: false }],
    ['serial without tools', { parallelToolCalls: false }, {}],
    ['a choice without tools', { toolChoice: { kind: 'required' } }, {}],
    ['top_k is dropped', { extra: { dialect: 'anthropic-messages', fields: { top_k: 1 } } }, {}],
    ['own fields stay', { extra: { dialect: 'openai-chat', fields: { seed: 1 } } }, { seed: 1 }],
  ];
  test.each(ROWS)('%s', (_name, rest, sent) => {
    const always = encode({});
    const body = Object.entries(encode(rest)).filter(
      ([key]) => !(key in always || key === 'tools'),
    );
    expect(Object.fromEntries(body)).toEqual(sent);
  });

  test('more than four stops are refused', () => {
    const stopSequences = ['a', 'b', 'c', 'd', 'e'];
    const encoded = openaiChat.encodeRequest({ ...QUESTION, stopSequences });
    expect(encoded).toMatchObject({ ok: false, failure: { reason: 'unsupported', path: 'stop' } });
  });

  test("a tool's schema, description and strictness; nothing of another dialect", () => {
    const extra = { dialect: 'anthropic-messages', fields: { cache_control: {} } } as const;
    const tool = { name: 'look', description: 'd', inputSchema: { type: 'object' }, strict: true };
    expect(encode({ tools: [{ ...tool, extra }] })['tools']).toEqual([
      {
        type: 'function',
        function: { name: 'look', description: 'd', parameters: { type: 'object' }, strict: true },
      },
    ]);
  });

  test("another dialect's server tools are not sent", () => {
    const fields = { tools: [{ type: 'web_search_20250305', name: 'web_search' }] };
    expect(encode({ extra: { dialect: 'anthropic-messages', fields } })['tools']).toBeUndefined();
  });
});

describe('requests of chat completions', () => {
  const messages = [{ role: 'user', content: 'q' }];
  const REFUSED: readonly (readonly [
    name: string,
    body: JsonObject,
    reason: string,
    path: string,
  ])[] = [
    ['no model', { messages }, 'malformed', 'model'],
    ['no messages', { model: 'm' }, 'malformed', 'messages'],
    ['several choices', { model: 'm', messages, n: 2 }, 'unsupported', 'n'],
    ['legacy functions', { model: 'm', messages, functions: [] }, 'unsupported', 'functions'],
    [
      'a legacy call',
      { model: 'm', messages, function_call: 'auto' },
      'unsupported',
      'function_call',
    ],
    ['an unknown role', { model: 'm', messages: [{ role: 'x' }] }, 'malformed', 'messages[0].role'],
    [
      'a result for no call',
      { model: 'm', messages: [{ role: 'tool' }] },
      'malformed',
      'messages[0].tool_call_id',
    ],
    [
      'a tool without a name',
      { model: 'm', messages, tools: [{ type: 'function', function: {} }] },
      'malformed',
      'tools[0].function.name',
    ],
  ];
  test.each(REFUSED)('%s are refused', (_name, body, reason, path) => {
    expect(openaiChat.decodeRequest(body)).toMatchObject({ ok: false, failure: { reason, path } });
  });

  const TURNS: readonly (readonly [
    name: string,
    messages: readonly JsonObject[],
    turns: unknown,
  ])[] = [
    [
      'developer is system',
      [{ role: 'developer', content: 's' }, ...messages],
      [{ role: 'system', parts: [text('s')] }, user(text('q'))],
    ],
    [
      'tool messages in a row and the user message behind them are one turn',
      [
        { role: 'tool', tool_call_id: 'a', content: '1' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: '2' }] },
        { role: 'user', content: 'q' },
        { role: 'user', content: 'r' },
      ],
      [
        user(
          {
            kind: 'tool-result',
            callId: 'a',
            content: [{ kind: 'text', text: '1' }],
            isError: false,
          },
          {
            kind: 'tool-result',
            callId: 'b',
            content: [{ kind: 'text', text: '2' }],
            isError: false,
          },
          text('q'),
        ),
        user(text('r')),
      ],
    ],
    [
      'empty arguments are none',
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', function: { name: 'f', arguments: '' } }],
        },
      ],
      [
        {
          role: 'assistant',
          parts: [{ kind: 'tool-call', callId: 'a', name: 'f', inputJson: '{}' }],
        },
      ],
    ],
    [
      'a data: address is bytes',
      [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'data:image/gif;base64,AA' } }],
        },
      ],
      [user({ kind: 'image', source: { kind: 'base64', mediaType: 'image/gif', data: 'AA' } })],
    ],
  ];
  test.each(TURNS)('%s', (_name, wire, turns) => {
    const decoded = openaiChat.decodeRequest({ model: 'm', messages: wire });
    expect(expectOk(decoded).turns).toEqual(turns);
  });

  test('one stop is a list of one; both limits are one', () => {
    const body = { model: 'm', messages, stop: 'END', max_tokens: 1, max_completion_tokens: 2 };
    const decoded = expectOk(openaiChat.decodeRequest(body));
    expect(decoded).toMatchObject({ stopSequences: ['END'], maxOutputTokens: 2 });
  });
});
