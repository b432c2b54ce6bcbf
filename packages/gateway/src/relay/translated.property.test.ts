import { DIALECTS } from '@postern/dialects';
import { expectOk, sseParser, type JsonValue } from '@postern/kernel';
import { DIALECT_IDS, providerId, type DialectId } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventMeter } from '../meter/event-meter.ts';
import { Translated } from './translated.ts';

/* A hostile upstream: events of any form in any order, cut anywhere. */

function pipe(client: DialectId, upstream: DialectId, streams: boolean): Translated {
  return new Translated({
    client: DIALECTS[client],
    upstream: DIALECTS[upstream],
    provider: providerId.from('p'),
    requestId: 'req_1',
    request: {
      warnings: [],
      streams,
      includeUsage: true,
      toolNames: new Map(),
      tools: [],
      estimatedInputTokens: 1,
    },
    meter: new EventMeter(1, DIALECTS[upstream]),
    nowMs: 0,
    redacted: (text) => text,
    redactedEvents: (event) => [event],
  });
}

/** Names that the dialects use, so that the events mean something now and then. */
const KEYS: readonly string[] = [
  ...['type', 'index', 'delta', 'content_block', 'message', 'usage', 'error', 'id', 'name', 'text'],
  ...['choices', 'content', 'tool_calls', 'function', 'arguments', 'finish_reason', 'reasoning'],
  ...[
    'item',
    'output_index',
    'response',
    'output',
    'summary',
    'status',
    'stop_reason',
    'signature',
  ],
];
const WORDS: readonly string[] = [
  ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'text'],
  ...['message_delta', 'message_stop', 'text_delta', 'input_json_delta', 'thinking', 'tool_use'],
  ...['response.created', 'response.output_item.added', 'response.output_text.delta', 'message'],
  ...['response.function_call_arguments.delta', 'response.completed', 'function_call', 'stop', '{'],
];

const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...WORDS),
    fc.constantFrom(null, true, 0, 1, -1, 1e300, ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
})).value;

const fields = fc.dictionary(fc.constantFrom(...KEYS), json, { maxKeys: 6 });
const named = fc
  .tuple(fc.constantFrom(...WORDS, 'error', 'ping'), fields)
  .map(([type, rest]) => `event: ${type}\ndata: ${JSON.stringify({ ...rest, type })}\n\n`);
const unnamed = json.map((value) => `data: ${JSON.stringify(value)}\n\n`);
const event = fc.oneof(named, unnamed);
const stream = fc.array(
  fc.oneof({ weight: 9, arbitrary: event }, { weight: 1, arbitrary: fc.string() }),
  {
    maxLength: 12,
  },
);
const pairs = DIALECT_IDS.flatMap((client) =>
  DIALECT_IDS.map((upstream) => [client, upstream] as const),
);

describe.each(pairs)('a response for %s from a hostile upstream of %s', (client, upstream) => {
  it('ends with an event, an answer or an error', () => {
    fc.assert(
      fc.property(
        stream,
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        (events, size, streams, isEarly) => {
          const bytes = Buffer.from(events.join(''));
          const piece = 1 + (size % Math.max(1, bytes.length));
          const translated = pipe(client, upstream, streams);
          if (streams && isEarly) translated.beginEarly();
          translated.begin(200, { 'content-type': 'text/event-stream' });
          const out: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += piece) {
            out.push(translated.push(bytes.subarray(at, at + piece)));
          }
          out.push(translated.end());
          const sent = Buffer.concat(out);
          const { openingError, hasFailed, isWhole, isStream } = translated;
          expect(openingError === undefined ? sent.length > 0 : sent.length === 0).toBe(true);
          expect(isWhole !== hasFailed || !isStream).toBe(true);
          if (isStream) expectOk(sseParser().push(sent));
          else if (openingError === undefined) JSON.parse(sent.toString());
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is an error for any error body', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          json.map((value) => JSON.stringify(value)),
        ),
        (body) => {
          const translated = pipe(client, upstream, true);
          translated.begin(500, {});
          translated.push(Buffer.from(body));
          const { status } = translated.head;
          const sent = translated.end();
          expect(status).toBe(200);
          expect(translated.head.status).toBeGreaterThanOrEqual(400);
          expect(JSON.parse(sent.toString())).toHaveProperty('error');
        },
      ),
      { numRuns: 50 },
    );
  });
});
