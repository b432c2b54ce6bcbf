import { expectOk, type JsonObject } from '@postern/kernel';
import { EMPTY_ANSWER, foldAnswer, type DialectId, type ModelRequest } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../dialects.ts';
import { jsonOf } from '../testing/encode-events.ts';
import { openaiResponses } from './dialect.ts';

const OTHERS: readonly DialectId[] = ['openai-chat', 'anthropic-messages'];
const parameters = { type: 'object', properties: { path: { type: 'string' } } };
const fn = (name: string): JsonObject => ({ type: 'function', name, parameters, strict: false });
const group = (name: string, ...tools: readonly JsonObject[]): JsonObject => ({
  type: 'namespace',
  name,
  description: `Tools of ${name}`,
  tools,
});

/** What Codex sends. */
const BODY: JsonObject = {
  model: 'm',
  stream: true,
  instructions: 'Be brief.',
  tools: [
    fn('shell'),
    group('mcp__files', fn('read'), fn('write')),
    { type: 'web_search', external_web_access: false },
    { type: 'custom', name: 'apply_patch', format: { type: 'grammar' } },
  ],
  input: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'q' }] },
    { type: 'additional_tools', role: 'developer', tools: [group('crm', fn('find'))] },
    {
      type: 'function_call',
      call_id: 'call_1',
      name: 'read',
      namespace: 'mcp__files',
      arguments: '{}',
    },
    { type: 'function_call_output', call_id: 'call_1', output: 'r' },
    { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: 'p' },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: 'r' },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'next' }] },
  ],
};

const request: ModelRequest = expectOk(openaiResponses.decodeRequest(BODY));

describe("Codex' tools", () => {
  test('in a namespace and in the input are tools like others', () => {
    expect(request.tools?.map(({ name }) => name)).toEqual([
      'shell',
      'mcp__files::read',
      'mcp__files::write',
      'apply_patch',
      'crm::find',
    ]);
  });

  test.each(OTHERS)('have valid and different names in %s, and others are named', (id) => {
    const { value, warnings } = expectOk(DIALECTS[id].encodeRequest(request));
    const names = [...JSON.stringify(value['tools']).matchAll(/"name":"([^"]*)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(names).toHaveLength(5);
    expect(new Set(names).size).toBe(5);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    // Its definition, and the call in the history.
    expect(JSON.stringify(value).split(`"name":"${names[1] ?? ''}"`)).toHaveLength(3);
    expect(warnings.map(({ message }) => message).toSorted()).toEqual([
      'this dialect has no tool of the type web_search',
    ]);
  });

  test.each(OTHERS)('are called through %s under the names that Codex knows', (id) => {
    const upstream = DIALECTS[id];
    const toolNames = upstream.toolNames(request);
    const [wireName = ''] = [...toolNames].find(([, name]) => name === 'mcp__files::read') ?? [];
    const frames = upstream.answerEncoder({ createdAtMs: 0, from: id });
    const called = { kind: 'tool-call', callId: 'c', name: wireName, inputJson: '{}' } as const;
    const stream = [
      frames.push({ kind: 'start', id: 'x', model: 'm' }),
      frames.push({ kind: 'part-start', index: 0, part: called }),
      frames.push({ kind: 'part-end', index: 0 }),
      frames.push({ kind: 'finish', stopReason: 'tool-calls' }),
    ].join('');
    const decoder = upstream.answerDecoder({ toolNames });
    const client = openaiResponses.answerEncoder({ createdAtMs: 0, from: id });
    const events = [
      ...jsonOf(stream).flatMap((data) =>
        decoder.push({ event: undefined, data: JSON.stringify(data) }),
      ),
      ...decoder.end(),
    ];
    expect(events.reduce(foldAnswer, EMPTY_ANSWER).parts).toMatchObject([
      { name: 'mcp__files::read' },
    ]);
    const sent = JSON.stringify(jsonOf(events.map((event) => client.push(event)).join('')));
    expect(sent).toContain('"name":"read","namespace":"mcp__files"');
    expect(sent).not.toContain('::');
  });

  test('are grouped again for the Responses API', () => {
    const { value, warnings } = expectOk(openaiResponses.encodeRequest(request));
    expect(warnings).toEqual([]);
    expect(value['tools']).toEqual([
      fn('shell'),
      group('mcp__files', fn('read'), fn('write')),
      { type: 'custom', name: 'apply_patch', format: { type: 'grammar' } },
      group('crm', fn('find')),
      { type: 'web_search', external_web_access: false },
    ]);
    expect(JSON.stringify(value['input'])).toContain('"name":"read","namespace":"mcp__files"');
    expect(openaiResponses.decodeRequest(value)).toEqual({ ok: true, value: request });
  });

  test('in a group with tools of other types stay as they are', () => {
    const mixed = group('n', fn('a'), { type: 'shell' });
    const decoded = expectOk(
      openaiResponses.decodeRequest({ ...BODY, tools: [mixed], input: 'q' }),
    );
    expect(decoded.tools).toBeUndefined();
    expect(decoded.extra?.fields['tools']).toEqual([mixed]);
  });

  test('without a name are refused with their place', () => {
    const tools = [group('n', { type: 'function' })];
    expect(openaiResponses.decodeRequest({ ...BODY, tools })).toMatchObject({
      failure: { reason: 'malformed', path: 'tools[0].tools[0].name' },
    });
  });
});
