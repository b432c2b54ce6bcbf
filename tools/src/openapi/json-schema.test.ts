import type { JsonValue } from '@postern/kernel';
import { expect, test } from 'vitest';
import { schemaOf } from './json-schema.ts';

const ROWS: readonly (readonly [name: string, values: readonly JsonValue[], schema: object])[] = [
  ['one type', ['a', 'b'], { type: 'string' }],
  ['several types', [null, 'a'], { type: ['null', 'string'] }],
  ['integers', [1, 2], { type: 'integer' }],
  ['integers and other numbers', [1, 1.5], { type: 'number' }],
  [
    'a member that not every object has',
    [{ a: true, b: 1 }, { a: false }],
    {
      type: 'object',
      properties: { a: { type: 'boolean' }, b: { type: 'integer' } },
      required: ['a'],
    },
  ],
  ['lists', [['a'], [null]], { type: 'array', items: { type: ['string', 'null'] } }],
  ['an empty list', [[]], { type: 'array', items: {} }],
];

test.each(ROWS)('describes %s', (_name, values, schema) => {
  expect(schemaOf(values)).toEqual(schema);
});
