import { describe, expect, it } from 'vitest';
import { HASH_SEED, hashFirstQuestion } from './first-question.ts';

const hashOf = (value: unknown, indent?: number): number => {
  const bytes = Buffer.from(JSON.stringify(value, null, indent));
  return hashFirstQuestion(bytes, { start: 0, end: bytes.length }, HASH_SEED);
};
const user = (content: unknown, more: object = {}): object => ({ role: 'user', content, ...more });
const text = (words: string, more: object = {}): object => ({ type: 'text', text: words, ...more });

const FIRST = user('What is a postern?');
const SAME: readonly (readonly [string, unknown])[] = [
  ['with later turns', [FIRST, { role: 'assistant', content: 'A door.' }, user('Why?')]],
  ['as a list of parts', [user([text('What is a postern?')])]],
  [
    'with a moved cache breakpoint',
    [user([text('What is a postern?', { cache_control: { type: 'ephemeral' } })])],
  ],
  ['with the role last', [{ content: 'What is a postern?', role: 'user' }]],
  ['after another system prompt', [{ role: 'system', content: 'It is 12:01.' }, FIRST]],
  [
    'as a Responses item',
    [
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'What is a postern?' }],
      },
    ],
  ],
  ['as a Responses input', 'What is a postern?'],
];
const OTHER: readonly (readonly [string, unknown])[] = [
  ['another question', [user('What is a door?')]],
  ['a question with a further part', [user([text('What is a postern?'), text('In French.')])]],
  ['a question with a quote', [user('What is a postern?"')]],
  ['nothing', []],
];

describe('hashFirstQuestion', () => {
  it.each(SAME)('is the same %s', (_name, items) => {
    expect(hashOf(items)).toBe(hashOf([FIRST]));
    expect(hashOf(items, 2)).toBe(hashOf([FIRST]));
  });

  it.each(OTHER)('differs for %s', (_name, items) => {
    expect(hashOf(items)).not.toBe(hashOf([FIRST]));
  });

  it('recognises a long start by its first part, whatever follows', () => {
    const long = user([text('a'.repeat(300_000))]);
    expect(hashOf([long, user('b')])).toBe(hashOf([long]));
    expect(hashOf([long])).not.toBe(hashOf([user([text('b'.repeat(300_000))])]));
  });

  it('takes the first item if there is no user message', () => {
    const call = { type: 'function_call_output', content: 'x' };
    expect(hashOf([call, { role: 'assistant', content: 'y' }])).toBe(hashOf([call]));
  });
});
