import { expectOk, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type DialectId,
  type ModelAnswer,
  type ModelRequest,
  type ToolCallPart,
} from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerMeta } from '../dialect.ts';
import { DIALECTS } from '../dialects.ts';
import { jsonOf } from '../testing/encode-events.ts';
import {
  CUSTOM_SCHEMA,
  customArguments,
  CustomArgumentsWriter,
  customInput,
  CustomInputReader,
} from './custom-call.ts';
import { openaiResponses } from './dialect.ts';

const OTHERS: readonly DialectId[] = ['openai-chat', 'anthropic-messages'];
const GRAMMAR = { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' };
const PATCH = { type: 'custom', name: 'apply_patch', description: 'Edits.', format: GRAMMAR };
const EXEC = { type: 'custom', name: 'exec', description: 'Runs a script.' };

/** A conversation with a tool whose input is a text, and one of a namespace. */
const BODY: JsonObject = {
  model: 'm',
  stream: true,
  tools: [PATCH],
  tool_choice: { type: 'custom', name: 'apply_patch' },
  input: [
    {
      type: 'additional_tools',
      role: 'developer',
      tools: [{ type: 'namespace', name: 'functions', description: 'All', tools: [EXEC] }],
    },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'q' }] },
    { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: 'a "patch"\n' },
    { type: 'custom_tool_call_output', call_id: 'call_1', output: 'applied' },
  ],
};
const request: ModelRequest = expectOk(openaiResponses.decodeRequest(BODY));

describe('a tool whose input is a text', () => {
  test.each(OTHERS)('is a function with one argument in %s', (id) => {
    const { value, warnings } = expectOk(DIALECTS[id].encodeRequest(request));
    const sent = JSON.stringify(value);
    expect(warnings).toEqual([]);
    expect(sent).toContain(JSON.stringify(CUSTOM_SCHEMA));
    expect(sent).toContain('The input must match this grammar (lark):\\nstart: /.+/');
    expect(sent).toContain('"name":"apply_patch"');
    expect(sent).toContain('applied');
  });

  test('is the same tool again for the Responses API', () => {
    const { value } = expectOk(openaiResponses.encodeRequest(request));
    expect(value).toMatchObject({
      tools: [PATCH, { type: 'namespace', name: 'functions', description: 'All', tools: [EXEC] }],
      tool_choice: { type: 'custom', name: 'apply_patch' },
      input: [
        { type: 'message' },
        { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: 'a "patch"\n' },
        { type: 'custom_tool_call_output', call_id: 'call_1', output: 'applied' },
      ],
    });
    expect(JSON.stringify(value)).not.toContain('arguments');
    expect(openaiResponses.decodeRequest(value)).toEqual({ ok: true, value: request });
  });
});

const META: AnswerMeta = { createdAtMs: 0, tools: request.tools ?? [] };

function called(name: string, ...pieces: readonly string[]): readonly AnswerEvent[] {
  return [
    { kind: 'start', id: 'x', model: 'm' },
    {
      kind: 'part-start',
      index: 0,
      part: { kind: 'tool-call', callId: 'c', name, inputJson: '' },
    },
    ...pieces.map((json): AnswerEvent => ({
      kind: 'part-delta',
      index: 0,
      delta: { kind: 'tool-input', json },
    })),
    { kind: 'part-end', index: 0 },
    { kind: 'finish', stopReason: 'tool-calls' },
  ];
}

function streamed(events: readonly AnswerEvent[]): readonly JsonObject[] {
  const encoder = openaiResponses.answerEncoder({ ...META, from: 'openai-chat' });
  return jsonOf(events.map((event) => encoder.push(event)).join(''))
    .map((event) => expectOk(parseJson(JSON.stringify(event))))
    .filter((event) => isJsonObject(event));
}

const inputDeltas = (events: readonly JsonObject[]): readonly unknown[] =>
  events
    .filter(({ type }) => type === 'response.custom_tool_call_input.delta')
    .map(({ delta }) => delta);

describe('a call of such a tool', () => {
  test.each([
    ['apply_patch', { name: 'apply_patch' }],
    ['functions::exec', { name: 'exec', namespace: 'functions' }],
  ])('by the name %s is streamed as the client knows it', (name, reference) => {
    const events = streamed(called(name, '{"inp', 'ut": "a ', '\\', '"b\\n', '"}'));
    expect(inputDeltas(events)).toEqual(['a ', '"b\n']);
    const item = { type: 'custom_tool_call', call_id: 'c', ...reference, input: 'a "b\n' };
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.custom_tool_call_input.delta',
      'response.custom_tool_call_input.delta',
      'response.custom_tool_call_input.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events[2]).toMatchObject({ item: { ...item, input: '', status: 'in_progress' } });
    expect(events[5]).toMatchObject({ input: 'a "b\n' });
    expect(events[6]).toMatchObject({ item: { ...item, status: 'completed' } });
    expect(events[7]).toMatchObject({ response: { output: [item] } });
    expect(JSON.stringify(events)).not.toContain('arguments');
  });

  test('is an item with its input in a whole answer', () => {
    const part: ToolCallPart = {
      kind: 'tool-call',
      callId: 'c',
      name: 'apply_patch',
      inputJson: '{"input":"p"}',
    };
    const answer: ModelAnswer = {
      id: 'x',
      model: 'm',
      parts: [part],
      usage: {},
      stopReason: 'tool-calls',
    };
    const { value } = openaiResponses.encodeAnswer(answer, META);
    expect(value['output']).toMatchObject([
      { type: 'custom_tool_call', call_id: 'c', name: 'apply_patch', input: 'p' },
    ]);
  });

  test('with arguments of another form has them as its input', () => {
    const deltas = inputDeltas(streamed(called('apply_patch', '{"patch":', '"p"}')));
    expect(deltas).toEqual(['{"patch":"p"}']);
  });

  test('of a function stays a call of a function', () => {
    const events = streamed(called('shell', '{"input":"x"}'));
    expect(JSON.stringify(events)).not.toContain('custom_tool_call');
  });

  test.each(OTHERS)('from the Responses API has one argument in %s', (id) => {
    const item = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c', name: 'apply_patch' };
    const at = { item_id: 'ctc_1', output_index: 0 };
    const delta = 'response.custom_tool_call_input.delta';
    const decoder = openaiResponses.answerDecoder();
    const events = [
      { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
      { type: delta, ...at, delta: 'a "' },
      { type: delta, ...at, delta: 'b"' },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, input: 'a "b"' } },
      { type: 'response.completed', response: { status: 'completed', output: [] } },
    ].flatMap((event) => decoder.push({ event: undefined, data: JSON.stringify(event) }));
    const { parts } = events.reduce(foldAnswer, EMPTY_ANSWER);
    expect(parts).toMatchObject([{ kind: 'tool-call', inputJson: '{"input":"a \\"b\\""}' }]);
    const encoder = DIALECTS[id].answerEncoder({ createdAtMs: 0, from: 'openai-responses' });
    const sent = jsonOf(events.map((event) => encoder.push(event)).join(''));
    expect(JSON.stringify(sent)).toContain('apply_patch');
  });
});

const inPieces = fc
  .tuple(fc.string({ unit: 'binary' }), fc.array(fc.nat(40), { maxLength: 20 }))
  .map(([text, cuts]) => ({ text, cuts: cuts.toSorted((a, b) => a - b) }));

function cut(text: string, cuts: readonly number[]): readonly string[] {
  return [0, ...cuts].map((from, index) => text.slice(from, cuts[index] ?? text.length));
}

describe('the input of a custom call', () => {
  test('is the same after its arguments, cut anywhere', () => {
    fc.assert(
      fc.property(inPieces, ({ text, cuts }) => {
        const json = customArguments(text);
        expect(customInput(json)).toBe(text);
        const reader = new CustomInputReader();
        const deltas = cut(json, cuts).map((piece) => reader.push(piece));
        expect(deltas.join('')).toBe(text);
        const writer = new CustomArgumentsWriter();
        const pieces = cut(text, cuts).filter((piece) => piece !== '');
        const written = pieces.map((piece) => writer.push(piece)).join('') + writer.end();
        if (pieces.length > 0) expect(customInput(written)).toBe(text);
      }),
    );
  });

  test.each([
    ['', ''],
    ['"text"', 'text'],
    ['not JSON', 'not JSON'],
    ['{"input":"cut of', 'cut of'],
    ['{"input":5}', '{"input":5}'],
    ['{ "more": 1, "input": "i" }', 'i'],
  ])('of the arguments %s is %s', (json, input) => {
    expect(customInput(json)).toBe(input);
  });

  test('of 4 MB in one delta is read', () => {
    const text = '\\"x\n'.repeat(1_000_000);
    const reader = new CustomInputReader();
    reader.push(customArguments(text));
    expect(reader.text === text).toBe(true);
  });
});
