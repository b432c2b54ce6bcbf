import { EMPTY_ANSWER, foldAnswer, type AnswerEvent, type Part } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerRedactor } from './answer-redactor.ts';
import { keyForms, type KeyForms } from './key-forms.ts';

const KEY = 'sk-canary-0123456789abcdef';
const formsOf = (key: string): KeyForms => keyForms(key) ?? expect.fail('too short');
const { texts } = formsOf(KEY);

function redacted(events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  const redactor = new AnswerRedactor(formsOf(KEY));
  return events.flatMap((event) => redactor.push(event));
}

const partsOf = (events: readonly AnswerEvent[]): readonly Part[] =>
  events.reduce(foldAnswer, EMPTY_ANSWER).parts;

/** Texts that are parts of forms, with halves of letters, which providers send in two deltas. */
const piece = fc.oneof(
  fc.constantFrom(...texts),
  fc
    .constantFrom(...texts)
    .chain((form) => fc.tuple(fc.nat(form.length), fc.nat(form.length), fc.constant(form)))
    .map(([from, to, form]) => form.slice(from, to)),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('\ud83d', '\ude00', ''),
);

describe('AnswerRedactor', () => {
  it('passes on no form of the key, however a text is split, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.string({ maxLength: 3 }), (deltas, end) => {
        const text = `${deltas.join('')} ${end}`;
        const clean = partsOf(
          redacted([
            { kind: 'part-start', index: 0, part: { kind: 'text', text: '' } },
            ...deltas.map((delta): AnswerEvent => ({
              kind: 'part-delta',
              index: 0,
              delta: { kind: 'text', text: delta },
            })),
            { kind: 'part-delta', index: 0, delta: { kind: 'text', text: ` ${end}` } },
            { kind: 'part-end', index: 0 },
          ]),
        );
        const [part] = clean;
        const shown = part?.kind === 'text' ? part.text : '';
        expect(shown).toHaveLength(text.length);
        expect(texts.filter((form) => shown.includes(form))).toEqual([]);
        if (!texts.some((form) => text.includes(form))) expect(shown).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the order of the deltas of a part', () => {
    const events = redacted([
      { kind: 'part-start', index: 0, part: { kind: 'thinking', text: '' } },
      { kind: 'part-delta', index: 0, delta: { kind: 'thinking', text: 'it is sk-' } },
      { kind: 'part-delta', index: 0, delta: { kind: 'signature', signature: 'c2ln' } },
      { kind: 'part-end', index: 0 },
    ]);
    expect(partsOf(events)).toEqual([{ kind: 'thinking', text: 'it is sk-', signature: 'c2ln' }]);
    expect(events.map((event) => (event.kind === 'part-delta' ? event.delta.kind : '-'))).toEqual([
      '-',
      'thinking',
      'thinking',
      'signature',
      '-',
    ]);
  });

  it('passes on what it held back before the last event', () => {
    const failure = { code: 'UPSTREAM_CUT', message: `cut ${KEY}` } as const;
    for (const last of [
      { kind: 'finish', stopReason: 'end' },
      { kind: 'failure', failure },
    ] as const) {
      const events = redacted([
        { kind: 'part-start', index: 0, part: { kind: 'text', text: 'ends with s' } },
        last,
      ]);
      expect(partsOf(events)).toEqual([{ kind: 'text', text: 'ends with s' }]);
      expect(events.at(-1)?.kind).toBe(last.kind);
      expect(JSON.stringify(events)).not.toContain(KEY);
    }
  });

  it('covers whole parts', () => {
    const extra = { dialect: 'openai-chat', fields: { [KEY]: [KEY] } } as const;
    const parts: readonly Part[] = [
      { kind: 'text', text: KEY, annotations: [{ [KEY]: KEY }], extra },
      { kind: 'thinking', text: KEY, signature: KEY, extra },
      { kind: 'redacted-thinking', data: KEY },
      { kind: 'refusal', text: KEY },
      { kind: 'tool-call', callId: KEY, name: KEY, inputJson: `{"a":"${KEY}"}`, extra },
      { kind: 'opaque', dialect: 'openai-chat', value: { a: [KEY] } },
    ];
    const events = redacted([
      { kind: 'start', id: KEY, model: KEY },
      ...parts.map((part, index): AnswerEvent => ({ kind: 'part-start', index, part })),
      { kind: 'part-delta', index: 0, delta: { kind: 'annotation', value: KEY } },
      { kind: 'part-delta', index: 5, delta: { kind: 'opaque', value: KEY } },
      { kind: 'finish', stopReason: 'stop-sequence', stopSequence: KEY, extra },
    ]);
    expect(events).toHaveLength(parts.length + 4);
    expect(JSON.stringify(events)).not.toContain(KEY);
    expect(JSON.stringify(events).split('*'.repeat(KEY.length))).toHaveLength(25);
  });
});
