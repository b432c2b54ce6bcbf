import { describe, expect, test } from 'vitest';
import { conversationId, gatewayKeyId, messageId, providerId, secretName, vaultId } from './ids.ts';

const SORTABLE = { conversationId, messageId, vaultId, gatewayKeyId };
const NAMES = { providerId, secretName };

describe.each(Object.entries(SORTABLE))('%s', (_name, id) => {
  test('accepts the 26 characters of a sortable id', () => {
    const text = '01aryz6s41tsv4rrffq69g5fav';
    expect(id.parse(text)).toBe(text);
  });

  test.each([
    '',
    '01aryz6s41tsv4rrffq69g5fa',
    '01aryz6s41tsv4rrffq69g5favv',
    '01ARYZ6S41TSV4RRFFQ69G5FAV',
    '01aryz6s41tsv4rrffq69g5fai',
    '01aryz6s41tsv4rrffq69g5fal',
    '01aryz6s41tsv4rrffq69g5fao',
    '01aryz6s41tsv4rrffq69g5fau',
    '01aryz6s41tsv4rrffq69g5fav\n',
    "' or 1=1 --xxxxxxxxxxxxxxx",
    '../../../../../etc/passwd0',
    '%2e%2e%2f%2e%2e%2f%2e%2e%2',
  ])('refuses %j', (text) => {
    expect(id.parse(text)).toBeUndefined();
  });
});

describe.each(Object.entries(NAMES))('%s', (_name, id) => {
  test.each(['a', '0', 'anthropic', 'my.box_1-a', 'x'.repeat(64)])('takes %s', (text) => {
    expect(id.parse(text)).toBe(text);
  });

  test.each([
    '',
    'A',
    '.hidden',
    '..',
    '-flag',
    '_a',
    'a/b',
    'a\\b',
    'a b',
    'a\n',
    'a\0',
    'é',
    'x'.repeat(65),
    '__proto__',
    'constructor',
    'prototype',
  ])('refuses %j', (text) => {
    expect(id.parse(text)).toBeUndefined();
  });

  test('rejects names of Object.prototype properties', () => {
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    expect(inherited.filter((name) => id.parse(name) !== undefined)).toEqual([]);
  });
});
