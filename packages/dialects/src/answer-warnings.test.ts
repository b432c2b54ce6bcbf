import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type DialectId,
  type Part,
  type PartDelta,
} from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EncodeWarning } from './dialect.ts';
import { DIALECTS } from './dialects.ts';
import { answerEvents } from './testing/arbitrary-answer.ts';

const A = 'anthropic-messages';
const O = 'openai-chat';
const R = 'openai-responses';
const META = { createdAtMs: 0, from: A } as const;

interface Lost {
  readonly stream: readonly EncodeWarning[];
  readonly whole: readonly EncodeWarning[];
}

function lost(to: DialectId, events: readonly AnswerEvent[]): Lost {
  const encoder = DIALECTS[to].answerEncoder(META);
  for (const event of events) encoder.push(event);
  const { id = '', model = '', ...answer } = events.reduce(foldAnswer, EMPTY_ANSWER);
  const { parts, usage, stopReason, stopSequence } = answer;
  const whole = { id, model, parts, usage, stopReason };
  return {
    stream: encoder.warnings(),
    whole: DIALECTS[to].encodeAnswer(
      stopSequence === undefined ? whole : { ...whole, stopSequence },
      META,
    ).warnings,
  };
}

const answerOf = (
  part: Part,
  deltas: readonly PartDelta[] = [],
  stopSequence?: string,
): readonly AnswerEvent[] => [
  { kind: 'start', id: 'x', model: 'm' },
  { kind: 'part-start', index: 0, part },
  ...deltas.map((delta) => ({ kind: 'part-delta', index: 0, delta }) as const),
  { kind: 'part-end', index: 0 },
  {
    kind: 'finish',
    stopReason: 'stop-sequence',
    ...(stopSequence !== undefined && { stopSequence }),
  },
];

const opaque = (dialect: DialectId, value: object): Part => ({
  kind: 'opaque',
  dialect,
  value: { ...value },
});
const words: Part = { kind: 'text', text: 'MARKED' };
const citation = { type: 'char_location', cited_text: 'MARKED' };
const annotation = { type: 'url_citation', url: 'https://MARKED.test' };
const annotated = (value: PartDelta & { kind: 'annotation' }): readonly AnswerEvent[] =>
  answerOf(words, [value, value]);
const image: Part = { kind: 'image', source: { kind: 'url', url: 'https://MARKED.test' } };
const thinking: Part = { kind: 'thinking', text: 'MARKED' };
const redacted: Part = { kind: 'redacted-thinking', data: 'MARKED' };

const ROWS: readonly (readonly [
  name: string,
  events: readonly AnswerEvent[],
  paths: Readonly<Record<DialectId, readonly string[]>>,
])[] = [
  ['text', answerOf(words), { [A]: [], [O]: [], [R]: [] }],
  ['a refusal', answerOf({ kind: 'refusal', text: 'No' }), { [A]: [], [O]: [], [R]: [] }],
  [
    'a block of the Messages API',
    answerOf(opaque(A, { type: 'server_tool_use' })),
    { [A]: [], [O]: ['parts[0]'], [R]: ['parts[0]'] },
  ],
  [
    'fields of a chat completion',
    answerOf(opaque(O, { audio: {} })),
    { [A]: ['parts[0]'], [O]: [], [R]: ['parts[0]'] },
  ],
  [
    'an item of a response',
    answerOf(opaque(R, { type: 'web_search_call' })),
    { [A]: ['parts[0]'], [O]: ['parts[0]'], [R]: [] },
  ],
  ['redacted thinking', answerOf(redacted), { [A]: [], [O]: [], [R]: [] }],
  [
    'a signature',
    answerOf(thinking, [{ kind: 'signature', signature: 'MARKED' }]),
    { [A]: [], [O]: [], [R]: [] },
  ],
  [
    'citations of the Messages API',
    annotated({ kind: 'annotation', value: citation }),
    { [A]: [], [O]: ['parts[0].annotations'], [R]: ['parts[0].annotations'] },
  ],
  [
    'annotations of OpenAI',
    annotated({ kind: 'annotation', value: annotation }),
    { [A]: ['parts[0].annotations'], [O]: [], [R]: [] },
  ],
  [
    'the stop sequence',
    answerOf(words, [], 'MARKED'),
    { [A]: [], [O]: ['stopSequence'], [R]: ['stopSequence'] },
  ],
];

describe('warnings of an answer', () => {
  test.each(ROWS)('name what has no field, streamed or whole: %s', (_name, events, paths) => {
    for (const { id } of Object.values(DIALECTS)) {
      const { stream, whole } = lost(id, events);
      expect(stream.map(({ kind, path }) => `${kind} ${path}`)).toEqual(
        paths[id].map((path) => `dropped ${path}`),
      );
      expect(whole).toEqual(stream);
      expect(JSON.stringify(stream)).not.toContain('MARKED');
    }
  });

  test('name what only the stream has no field for', () => {
    const typed = answerOf(opaque(O, { type: 'custom' }));
    expect(lost(O, typed)).toMatchObject({ stream: [{ path: 'parts[0]' }], whole: [] });
    const shown = answerOf(image);
    expect(lost(A, shown)).toMatchObject({ stream: [{ path: 'parts[0]' }], whole: [] });
    for (const id of [O, R] as const) {
      const { stream, whole } = lost(id, shown);
      expect(stream).toMatchObject([{ path: 'parts[0]' }]);
      expect(whole).toEqual(stream);
    }
  });

  test('are the same for any streamed answer as for the whole', () => {
    fc.assert(
      fc.property(answerEvents, (events) => {
        for (const { id } of Object.values(DIALECTS)) {
          const { stream, whole } = lost(id, events);
          expect(stream).toEqual(whole);
        }
      }),
    );
  });

  test('ignore events after the last one', () => {
    const encoder = DIALECTS[R].answerEncoder(META);
    for (const event of answerOf(words)) encoder.push(event);
    for (const event of answerOf(redacted)) encoder.push(event);
    expect(encoder.warnings()).toEqual([]);
  });
});
