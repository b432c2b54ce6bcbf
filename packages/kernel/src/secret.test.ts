import { inspect, format, styleText } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  eraseSecret,
  revealSecret,
  revealSecretBytes,
  Secret,
  SECRET_PLACEHOLDER,
} from './secret.ts';

const TEXT = 'sk-ant-api03-MARKED-not-a-real-key';
const secret = Secret.of(TEXT);

/* eslint-disable @typescript-eslint/restrict-template-expressions, @typescript-eslint/restrict-plus-operands, @typescript-eslint/no-base-to-string -- printing a secret by accident is what these rows do */
const PRINTED: readonly (readonly [string, () => string])[] = [
  ['String()', () => String(secret)],
  ['toString', () => secret.toString()],
  ['template', () => `${secret}`],
  ['concatenation', () => secret + ''],
  ['String.raw', () => String.raw`${secret}`],
  ['Array.join', () => [secret].join()],
  ['valueOf', () => String(secret.valueOf())],
  ['Object.prototype.toString', () => Object.prototype.toString.call(secret)],
  ['JSON of it', () => JSON.stringify(secret)],
  ['JSON of an object holding it', () => JSON.stringify({ deep: [{ secret }] })],
  ['JSON with a replacer', () => JSON.stringify({ secret }, (_, value: unknown) => value, 2)],
  ['JSON of a Map key', () => JSON.stringify([...new Map([[secret, 1]])])],
  ['inspect', () => inspect(secret)],
  ['inspect with everything', () => inspect(secret, { showHidden: true, depth: null })],
  ['inspect with getters', () => inspect(secret, { showHidden: true, getters: true })],
  ['inspect without customs', () => inspect(secret, { customInspect: false, showHidden: true })],
  ['inspect of a proxy', () => inspect(new Proxy(secret, {}), { showProxy: true })],
  ['inspect of the class', () => inspect(Secret, { showHidden: true, depth: null })],
  [
    'inspect of an object',
    () => inspect({ a: { b: [secret] } }, { showHidden: true, depth: null }),
  ],
  ['inspect of a Map and Set', () => inspect([new Map([[secret, secret]]), new Set([secret])])],
  ['inspect of a subclass-like object', () => inspect(Object.create(secret), { showHidden: true })],
  ['format %s', () => format('%s', secret)],
  ['format %o %O %j', () => format('%o %O %j', secret, secret, secret)],
  ['format %d %i %f', () => format('%d %i %f', secret, secret, secret)],
  ['styleText', () => styleText('red', String(secret))],
  ['error message', () => new Error(`bad key ${secret}`).message],
  ['error cause', () => inspect(new Error('refused', { cause: secret }), { showHidden: true })],
  ['error property', () => inspect(Object.assign(new Error('refused'), { secret }))],
  ['error stack', () => String(new Error(String(secret)).stack)],
  [
    'aggregate error',
    () => inspect(new AggregateError([secret, new Error('x', { cause: secret })])),
  ],
  ['URL search parameters', () => new URLSearchParams({ key: String(secret) }).toString()],
  ['Headers', () => JSON.stringify([...new Headers({ authorization: `Bearer ${secret}` })])],
  ['encodeURIComponent', () => encodeURIComponent(String(secret))],
  ['Buffer.from', () => Buffer.from(String(secret)).toString('latin1')],
];
/* eslint-enable @typescript-eslint/restrict-template-expressions, @typescript-eslint/restrict-plus-operands, @typescript-eslint/no-base-to-string -- end of the rows */

const COPIED: readonly (readonly [string, () => unknown])[] = [
  ['Object.keys', () => Object.keys(secret)],
  ['Object.entries', () => Object.entries(secret)],
  ['Reflect.ownKeys', () => Reflect.ownKeys(secret).map(String)],
  ['own property descriptors', () => Object.getOwnPropertyDescriptors(secret)],
  // eslint-disable-next-line @typescript-eslint/no-misused-spread -- copying a secret by accident is what this row does
  ['spread', () => ({ ...secret })],
  ['Object.assign', () => Object.assign({}, secret)],
  ['structuredClone', () => structuredClone(secret)],
  ['structuredClone of a holder', () => structuredClone({ secret: [secret] })],
  ['for in', () => everyKeyOf(secret)],
];

function everyKeyOf(value: object): string[] {
  const keys: string[] = [];
  for (const key in value) keys.push(key);
  return keys;
}

function forgedSecret(): Secret {
  const forged: unknown = Object.create(Secret.prototype);
  if (forged instanceof Secret) return forged;
  throw new TypeError('not of the class');
}

describe('Secret', () => {
  test.each(PRINTED)("%s doesn't print the text", (_name, print) => {
    expect(print()).not.toContain('MARKED');
  });

  test.each(COPIED)("%s doesn't copy the text", (_name, copy) => {
    const copied = copy();
    expect(inspect(copied, { showHidden: true, depth: null })).not.toContain('MARKED');
    expect(JSON.stringify(copied)).not.toContain('MARKED');
  });

  test('has the fixed placeholder as its string, JSON, template and inspect form', () => {
    expect(String(secret)).toBe(SECRET_PLACEHOLDER);
    expect(JSON.stringify(secret)).toBe(JSON.stringify(SECRET_PLACEHOLDER));
    expect(inspect(secret)).toBe(SECRET_PLACEHOLDER);
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- the template form is under test
    expect(`${secret}`).toBe(SECRET_PLACEHOLDER);
  });

  test('has no state of its own, enumerable or not', () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(Object.isFrozen(secret)).toBe(true);
  });

  test('reveals its text only to revealSecret', () => {
    expect(revealSecret(secret)).toBe(TEXT);
    expect(revealSecret(Secret.of(''))).toBe('');
  });

  test.each([
    ['an object of the class, but not made by Secret.of', forgedSecret()],
    ['a clone', structuredClone(secret)],
    ['a proxy', new Proxy(secret, {})],
  ])("doesn't reveal %s", (_name, forged) => {
    expect(() => revealSecret(forged)).toThrow(TypeError);
  });

  test('takes ownership of bytes and can be erased', () => {
    const given = Buffer.from(`\ufeff${TEXT}é`);
    const made = Secret.ofBytes(given);
    expect(given.every((byte) => byte === 0)).toBe(true);
    expect(revealSecret(made)).toBe(`\ufeff${TEXT}é`);
    const copy = revealSecretBytes(made);
    expect(Buffer.from(copy).toString()).toBe(`\ufeff${TEXT}é`);
    copy.fill(0);
    expect(revealSecret(made)).toBe(`\ufeff${TEXT}é`);
    eraseSecret(made);
    expect(revealSecret(made)).toBe('');
    expect(inspect(made, { showHidden: true })).toBe(inspect(secret, { showHidden: true }));
  });

  test("decodes bytes that aren't UTF-8 like text", () => {
    expect(revealSecret(Secret.ofBytes(Uint8Array.of(0x61, 0xff)))).toBe('a\ufffd');
  });

  test('has bytes even if it was made of text', () => {
    expect(Buffer.from(revealSecretBytes(Secret.of('é'))).toString()).toBe('é');
  });

  test('is a different value for each secret of the same text', () => {
    expect(Secret.of(TEXT)).not.toBe(Secret.of(TEXT));
  });
});
