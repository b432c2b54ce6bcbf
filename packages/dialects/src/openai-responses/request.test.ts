import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { assistant, call, result, system, text, user } from '../testing/turns.ts';
import { openaiResponses } from './dialect.ts';

const QUESTION: ModelRequest = { model: 'gpt-6', turns: [user(text('q'))], stream: false };

const encoded = (request: Partial<ModelRequest>): JsonObject =>
  expectOk(openaiResponses.encodeRequest({ ...QUESTION, ...request })).value;
const decoded = (body: JsonObject): ModelRequest =>
  expectOk(openaiResponses.decodeRequest({ model: 'm', ...body }));

const inputText = (words: string) => ({ type: 'input_text', text: words });
const said = (words: string) => ({ type: 'message', role: 'assistant', content: words });

describe('a request toward the Responses API', () => {
  test('has the server keep nothing', () => {
    expect(encoded({})).toEqual({
      store: false,
      model: 'gpt-6',
      input: [{ type: 'message', role: 'user', content: [inputText('q')] }],
      stream: false,
    });
  });

  test('has system words, calls and results in their places', () => {
    const thinking = { kind: 'thinking', text: 't', signature: 's' } as const;
    const extra = { dialect: 'openai-responses', fields: { id: 'rs_1' } } as const;
    const turns = [
      system(text('first')),
      user(text('q')),
      assistant({ ...thinking, extra }, text('a'), call('call_1', '{"b":1}')),
      user(result('call_1', 'r'), text('next')),
      system(text('late')),
    ];
    const { instructions, input } = encoded({ turns });
    expect(instructions).toBe('first');
    expect(input).toEqual([
      { type: 'message', role: 'user', content: [inputText('q')] },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 't' }],
        encrypted_content: 's',
      },
      said('a'),
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{"b":1}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'r' },
      { type: 'message', role: 'user', content: [inputText('next')] },
      { type: 'message', role: 'developer', content: [inputText('late')] },
    ]);
  });

  test.each<readonly [string, Partial<ModelRequest>, JsonObject, readonly string[]]>([
    ['stops', { stopSequences: ['s'] }, {}, ['stopSequences']],
    ['a temperature of a reasoning model', { temperature: 0.2 }, {}, ['temperature']],
    ['sampling of others', { topK: 1, seed: 2 }, {}, ['topK', 'seed']],
    [
      'a budget',
      { reasoning: { budgetTokens: 2000 } },
      { reasoning: { effort: 'low' } },
      ['reasoning.budgetTokens'],
    ],
    [
      'reasoning of a model that has none',
      { model: 'gpt-4o', reasoning: { effort: 'low' } },
      {},
      ['reasoning'],
    ],
    ['no summary', { reasoning: { summary: 'none' } }, {}, []],
    [
      "another dialect's reasoning",
      {
        turns: [
          user(text('q')),
          assistant({ kind: 'thinking', text: 't', signature: 's' }),
          user(text('q')),
        ],
      },
      {},
      ['turns[1].parts[0]'],
    ],
    [
      "another dialect's fields",
      { extra: { dialect: 'openai-chat', fields: { logit_bias: {} } } },
      {},
      ['extra.logit_bias'],
    ],
  ])('%s: names what it could not keep', (_name, request, sent, paths) => {
    const { value, warnings } = expectOk(
      openaiResponses.encodeRequest({ ...QUESTION, ...request }),
    );
    const fields = Object.entries(value).filter(([key]) => !(key in encoded({})));
    expect(Object.fromEntries(fields)).toEqual(sent);
    expect(warnings.map(({ path }) => path)).toEqual(paths);
  });

  test('refuses a thread that another server keeps', () => {
    const request = { ...QUESTION, thread: { kind: 'create' } } as const;
    expect(openaiResponses.encodeRequest(request)).toMatchObject({
      failure: { reason: 'thread-unsupported' },
    });
  });
});

describe('a request from a Responses client', () => {
  test('may be one text', () => {
    expect(decoded({ input: 'q', instructions: 'be brief' }).turns).toEqual([
      system(text('be brief')),
      user(text('q')),
    ]);
  });

  test('may have messages without a type, and a text as their content', () => {
    const input = [
      { role: 'developer', content: 'd' },
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'a' },
      { role: 'user', content: [inputText('q2')] },
    ];
    expect(decoded({ input }).turns).toEqual([
      system(text('d')),
      user(text('q')),
      assistant(text('a')),
      user(text('q2')),
    ]);
  });

  test('keeps what a person answered to the model in its place', () => {
    const approval = { type: 'mcp_approval_response', approval_request_id: 'a', approve: true };
    const request = { type: 'mcp_approval_request', id: 'a', name: 'n' };
    const input = [{ role: 'user', content: 'q' }, request, approval];
    const { turns } = decoded({ input });
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(encoded({ turns })['input']).toMatchObject([{ role: 'user' }, request, approval]);
  });

  test.each<readonly [JsonObject, string, string]>([
    [{}, 'malformed', 'input'],
    [{ input: [{ role: 'narrator', content: 'x' }] }, 'malformed', 'input[0].role'],
    [{ input: [{ type: 'function_call_output', output: 'x' }] }, 'malformed', 'input[0].call_id'],
    [{ input: 'q', tools: [{ type: 'function' }] }, 'malformed', 'tools[0].name'],
    [{ input: 'q', previous_response_id: 'resp_1' }, 'thread-unsupported', 'previous_response_id'],
    [{ input: 'q', conversation: 'conv_1' }, 'thread-unsupported', 'conversation'],
    [{ input: 'q', background: true }, 'unsupported', 'background'],
  ])('%j is refused', (body, reason, path) => {
    expect(openaiResponses.decodeRequest({ model: 'm', ...body })).toMatchObject({
      failure: { reason, path },
    });
  });
});

describe('a request that is valid by the description of the API', () => {
  test.each([
    [undefined, false],
    [false, false],
    [true, true],
  ])('has a tool with strict %s as %s', (strict, expected) => {
    const tool = { name: 't', inputSchema: {}, ...(strict !== undefined && { strict }) };
    expect(encoded({ tools: [tool] })['tools']).toMatchObject([{ strict: expected }]);
  });

  test('leaves the default to the API in a tool that came without it', () => {
    const body = { input: 'q', tools: [{ type: 'function', name: 't' }] };
    expect(encoded(decoded(body))['tools']).toMatchObject([{ strict: null }]);
  });

  test('has the detail of an image', () => {
    const source = { kind: 'url', url: 'https://example.org/a' } as const;
    expect(encoded({ turns: [user({ kind: 'image', source })] })['input']).toMatchObject([
      { content: [{ type: 'input_image', detail: 'auto' }] },
    ]);
  });

  test('has only annotated texts of answers as lists', () => {
    const cited = { kind: 'text', text: 'b', annotations: [{ type: 'url_citation' }] } as const;
    const turns = [user(text('q')), assistant(text('a'), cited), user(text('q'))];
    expect(encoded({ turns })['input']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: 'a' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'b' }] },
      { role: 'user' },
    ]);
  });
});
