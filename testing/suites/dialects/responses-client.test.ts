import { DIALECTS } from '@postern/dialects';
import type { AnswerEvent } from '@postern/protocol';
import { createServer, type Server } from 'node:http';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fold, wholeOf } from './decode-bytes.ts';

const RESPONSES = DIALECTS['openai-responses'];
const META = { createdAtMs: 5_000, from: 'anthropic-messages' } as const;

const call = { kind: 'tool-call', callId: 'call_1', name: 'look', inputJson: '' } as const;
const EVENTS: readonly AnswerEvent[] = [
  { kind: 'start', id: 'msg_1', model: 'm' },
  { kind: 'part-start', index: 0, part: { kind: 'thinking', text: '' } },
  { kind: 'part-delta', index: 0, delta: { kind: 'thinking', text: 'hm' } },
  { kind: 'part-end', index: 0 },
  { kind: 'part-start', index: 1, part: { kind: 'text', text: '' } },
  { kind: 'part-delta', index: 1, delta: { kind: 'text', text: 'Hel' } },
  { kind: 'part-delta', index: 1, delta: { kind: 'text', text: 'lo' } },
  { kind: 'part-end', index: 1 },
  { kind: 'part-start', index: 2, part: call },
  { kind: 'part-delta', index: 2, delta: { kind: 'tool-input', json: '{"a":1}' } },
  { kind: 'part-end', index: 2 },
  { kind: 'usage', usage: { inputTokens: 3, outputTokens: 5 } },
  { kind: 'finish', stopReason: 'tool-calls' },
];

let server: Server;
let client: OpenAI;

/** Returns the same answer to every request, as a stream if the request asks for one. */
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      if (body.includes('"stream":true')) {
        const encoder = RESPONSES.answerEncoder(META);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(EVENTS.map((event) => encoder.push(event)).join(''));
      } else {
        const { value } = RESPONSES.encodeAnswer(wholeOf(fold(EVENTS)), META);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  client = new OpenAI({ baseURL: `http://127.0.0.1:${port}`, apiKey: 'sk-test', maxRetries: 0 });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('the official client assembles the whole answer from its stream', async () => {
  const response = await client.responses.stream({ model: 'm', input: 'q' }).finalResponse();
  expect(response.output_text).toBe('Hello');
  expect(response.output.map(({ type }) => type)).toEqual([
    'reasoning',
    'message',
    'function_call',
  ]);
  expect(response.output[2]).toMatchObject({ call_id: 'call_1', arguments: '{"a":1}' });
  expect(response.usage).toMatchObject({ input_tokens: 3, output_tokens: 5, total_tokens: 8 });
});

test('the official client reads the whole answer', async () => {
  const response = await client.responses.create({ model: 'm', input: 'q' });
  expect([response.status, response.output_text]).toEqual(['completed', 'Hello']);
});
