import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import {
  startFakeUpstream,
  textReply,
  type FakeReply,
  type FakeUpstream,
  type RecordedRequest,
} from '@postern/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/* A client of the Responses API in a conversation with tools, whose provider of the Messages API signs its thinking. */

type Item = OpenAI.Responses.ResponseInputItem;

const THINKING = { text: 'Zürich: "which" one?\n\n\\ 😀', signature: 'c2lnbmVk+/==' };
const REDACTED = { type: 'redacted_thinking', data: 'ZW5jcnlwdGVk' };
const TOOL = {
  type: 'function',
  name: 'weather',
  parameters: { type: 'object' },
  strict: false,
} as const;
const QUESTION: Item = { role: 'user', content: 'The weather in Zürich?' };

let upstream: FakeUpstream;
let running: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const baseUrl = upstream.baseUrls['anthropic-messages'];
  const endpoint = { dialect: 'anthropic-messages', baseUrl } as const;
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    endpoints: { signing: endpoint, other: endpoint },
  });
  client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: running.key, maxRetries: 0 });
});

beforeEach(() => {
  upstream.reset();
  upstream.respond(answer);
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

/** Calls a tool, then checks the thinking that comes back, as the Messages API does. */
function answer(request: RecordedRequest): FakeReply {
  const sent = assistantBlocks(request);
  if (sent.length === 0) {
    return {
      kind: 'answer',
      parts: [
        { kind: 'thinking', ...THINKING },
        { kind: 'tool-call', id: 'call_1', name: 'weather', input: { city: 'Zürich' } },
      ],
      chunking: { bytes: 5 },
    };
  }
  const [first] = sent;
  const isUnchanged =
    first?.['type'] === 'thinking' &&
    first['thinking'] === THINKING.text &&
    first['signature'] === THINKING.signature;
  if (isUnchanged) return textReply('Sunny.');
  return {
    kind: 'error',
    status: 400,
    message: 'messages.1.content.0: Invalid `signature` in `thinking` block',
  };
}

function assistantBlocks({ json }: RecordedRequest): readonly JsonObject[] {
  const messages = isJsonObject(json) ? objectsIn(json['messages']) : [];
  return messages.flatMap(({ role, content }) => (role === 'assistant' ? objectsIn(content) : []));
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

async function ask(
  streamed: boolean,
  input: readonly Item[],
  model = 'signing/m',
): Promise<OpenAI.Responses.Response> {
  const request = { model, store: false, input: [...input], tools: [TOOL] };
  return streamed
    ? await client.responses.stream(request).finalResponse()
    : await client.responses.create(request);
}

/** The items of an answer, as the client sends them back. */
function sentBack({ output }: OpenAI.Responses.Response): readonly Item[] {
  const result = { type: 'function_call_output' as const, call_id: 'call_1', output: 'sun' };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- an output item is also an input item
  return [QUESTION, ...(output as Item[]), result];
}

const changed = (items: readonly Item[], change: (item: ReasoningItem) => Item): readonly Item[] =>
  items.map((item) => (item.type === 'reasoning' ? change(item) : item));
type ReasoningItem = OpenAI.Responses.ResponseReasoningItem;

describe.each([true, false])('thinking that a provider signed, streamed: %s', (streamed) => {
  it('comes back to it unchanged', async () => {
    const first = await ask(streamed, [QUESTION]);
    expect(first.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: THINKING.text }] },
      { type: 'function_call', name: 'weather' },
    ]);
    const second = await ask(streamed, sentBack(first));
    expect(second.output_text).toBe('Sunny.');
    expect(assistantBlocks(await upstream.request(1))).toMatchObject([
      { type: 'thinking', thinking: THINKING.text, signature: THINKING.signature },
      { type: 'tool_use', id: 'call_1', name: 'weather' },
    ]);
    expect(upstream.violations).toEqual([]);
  });

  it.each<readonly [string, (item: ReasoningItem) => Item]>([
    ['without its summary', (item) => ({ ...item, summary: [] })],
    ['without its id', ({ type, summary, ...item }) => ({ ...item, type, summary, id: '' })],
  ])('comes back from a client that sends it %s', async (_name, change) => {
    const first = await ask(streamed, [QUESTION]);
    const second = await ask(streamed, changed(sentBack(first), change));
    expect(second.output_text).toBe('Sunny.');
  });

  it('is refused by the provider if the client changed the signature', async () => {
    const first = await ask(streamed, [QUESTION]);
    const broken = changed(sentBack(first), (item) => ({
      ...item,
      encrypted_content: (item.encrypted_content ?? '').replace('c2lnbmVk', 'c2lnbmVL'),
    }));
    await expect(ask(streamed, broken)).rejects.toThrow('Invalid `signature` in `thinking` block');
  });

  it('does not go to another provider', async () => {
    const first = await ask(streamed, [QUESTION]);
    upstream.respond(() => textReply('Rainy.'));
    const second = await ask(streamed, sentBack(first), 'other/m');
    expect(second.output_text).toBe('Rainy.');
    const body = (await upstream.request(1)).body.toString();
    expect(body).toContain('call_1');
    expect(body).not.toContain('c2lnbmVk');
    expect(body).not.toContain('postern');
  });

  it('comes back if the provider hid it', async () => {
    upstream.respond((request) =>
      assistantBlocks(request).length > 0 ? textReply('Done.') : hidden(streamed),
    );
    const first = await ask(streamed, [QUESTION]);
    await ask(streamed, [QUESTION, ...sentBack(first).slice(1, -1), QUESTION]);
    expect(assistantBlocks(await upstream.request(1))[0]).toEqual(REDACTED);
  });
});

/** An answer that the fake upstream has no script for. */
function hidden(streamed: boolean): FakeReply {
  const text = { type: 'text', text: 'Hm.' };
  const message = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm' },
    ...{ stop_reason: 'end_turn', stop_sequence: null },
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const whole = { ...message, content: [REDACTED, text] };
  const events: readonly (JsonObject & { readonly type: string })[] = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: REDACTED },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: text },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ];
  const frames = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return {
    kind: 'raw',
    status: 200,
    contentType: streamed ? 'text/event-stream' : 'application/json',
    body: streamed ? frames.join('') : JSON.stringify(whole),
  };
}
