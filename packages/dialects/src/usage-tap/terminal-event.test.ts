import { encodeUtf8 } from '@postern/kernel';
import type { DialectId, Usage } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../dialects.ts';

const A = 'anthropic-messages';
const O = 'openai-chat';
const R = 'openai-responses';

function tapped(
  dialect: DialectId,
  stream: string,
  size = stream.length + 1,
): { isComplete: boolean; usage: Usage } {
  const tap = DIALECTS[dialect].usageTap();
  const bytes = encodeUtf8(stream);
  for (let at = 0; at < bytes.length; at += size) tap.push(bytes.subarray(at, at + size));
  tap.end();
  return { isComplete: tap.isComplete(), usage: tap.usage() };
}

const event = (type: string, fields: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const words = event('response.output_text.delta', { delta: 'a' });
const usage = { input_tokens: 3, output_tokens: 5 };
const counted: Usage = { inputTokens: 3, outputTokens: 5 };

describe('the terminal event', () => {
  const COMPLETE: readonly (readonly [name: string, DialectId, stream: string])[] = [
    ['message_stop', A, event('message_stop')],
    ['padded JSON', A, 'event: message_stop\ndata: {"type":"message_stop"   }\n\n'],
    ['no event name', A, 'data: {"index": 0, "type": "message_stop"}\n\n'],
    ['no type in the data', A, 'event: message_stop\ndata: {}\n\n'],
    ['other line ends', A, event('message_stop').replaceAll('\n', '\r\n')],
    ['carriage returns alone', A, event('message_stop').replaceAll('\n', '\r')],
    ['a comment after it', A, `${event('message_stop')}: bye\n\n`],
    ['[DONE]', O, 'data: {"choices":[]}\n\ndata: [DONE]\n\n'],
    ['[DONE] without a space or a line end', O, 'data: {"choices":[]}\n\ndata:[DONE]'],
    ['response.completed', R, words + event('response.completed')],
    ['response.incomplete', R, words + event('response.incomplete')],
    ['response.failed', R, words + event('response.failed')],
    ['[DONE] after it', R, `${event('response.completed')}data: [DONE]\n\n`],
  ];
  test.each(COMPLETE)('is found, wherever the stream is split: %s', (_name, dialect, stream) => {
    for (const size of [stream.length, 1, 2, 7, 30]) {
      expect(tapped(dialect, stream, size).isComplete).toBe(true);
    }
  });

  const INCOMPLETE: readonly (readonly [name: string, DialectId, stream: string])[] = [
    ['nothing', R, ''],
    ['only other events', R, words],
    ['its name without its data', R, `${words}event: response.completed\n\n`],
    ['its data cut off', R, event('response.completed').slice(0, -4)],
    ['its name on another event', R, 'event: response.completed\ndata: {"type":"ping"}\n\n'],
    ['its type in a field', R, event('x', { item: { type: 'response.completed' } })],
    ['its type in the text', R, event('x', { delta: '"type":"response.completed"' })],
    ['that of another dialect', R, `${event('message_stop')}data: [DONE]\n\n`],
    ['the mark in the text', O, 'data: {"choices":[{"delta":{"content":"[DONE]"}}]}\n\n'],
    ['a comment', O, ': [DONE]\n\n'],
    ['an error', A, event('error', { error: { type: 'overloaded_error', message: 'm' } })],
  ];
  test.each(INCOMPLETE)('is not found in %s', (_name, dialect, stream) => {
    for (const size of [stream.length + 1, 1, 7]) {
      expect(tapped(dialect, stream, size).isComplete).toBe(false);
    }
  });

  test.each(['response.completed', 'response.incomplete', 'response.failed'])(
    'gives the usage of %s, with kilobytes before and after the counts',
    (type) => {
      const filler = 'é'.repeat(5_000);
      const response = { output: [filler], usage, metadata: { filler } };
      const stream = words + event(type, { response });
      for (const size of [stream.length * 2, 100, 1]) {
        expect(tapped(R, stream, size)).toEqual({ isComplete: true, usage: counted });
      }
    },
  );

  test('is found by its name if its data is longer than the tap keeps', () => {
    const head = words + 'event: response.completed\ndata: {"output":"';
    const filler = 'x'.repeat(17 * 1024 * 1024);
    expect(tapped(R, `${head}${filler}"}\n\n`, 65_536).isComplete).toBe(true);
    expect(tapped(R, head + filler, 65_536).isComplete).toBe(false);
  });
});
