import { revealSecret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { parseKeyList } from './key-list.ts';

const [ONE, TWO] = ['sk-8fK2mQz7VxT1cRb9LpW4Ng', 'pk-3Hq9Zs5Yt2Xv7Wn4Bd6Lc'];
const HASH = '0123456789abcdef'.repeat(4);

const parsed = (text: string): unknown => {
  const list = parseKeyList(text);
  if (!list.ok) return list.failure;
  return list.value.map(({ name, key, isActive }) => [name, revealSecret(key), isActive]);
};

describe('a list of keys', () => {
  it.each<[string, string, unknown]>([
    ['a key alone', ONE, [['imported', ONE, true]]],
    ['names with spaces', `Ada's laptop ${ONE}`, [['Ada-s laptop', ONE, true]]],
    ['spaces around an equals sign', `my laptop = ${ONE}`, [['my laptop', ONE, true]]],
    ['a key that ends with equals signs', `${ONE}==`, [['imported', `${ONE}==`, true]]],
    ['an equals sign', `laptop=${ONE}`, [['laptop', ONE, true]]],
    ['a comma', `laptop,${ONE}\r\n`, [['laptop', ONE, true]]],
    [
      'comments and empty lines',
      `# keys\n\n  a ${ONE}  \nb ${TWO}\n`,
      [
        ['a', ONE, true],
        ['b', TWO, true],
      ],
    ],
    [
      'the same name twice',
      `a ${ONE}\na ${TWO}`,
      [
        ['a', ONE, true],
        ['a 2', TWO, true],
      ],
    ],
    [
      'a list of objects',
      JSON.stringify([
        { key_alias: 'a', key: ONE },
        { name: 'b', api_key: TWO, isActive: false },
      ]),
      [
        ['a', ONE, true],
        ['b', TWO, false],
      ],
    ],
    [
      "claude-code-api's file",
      JSON.stringify({
        [ONE]: { keyName: 'phone', oauthToken: 'never read', isActive: true },
        [TWO]: { keyName: 'old', oauthToken: { data: '', iv: '' }, isActive: false },
      }),
      [
        ['phone', ONE, true],
        ['old', TWO, false],
      ],
    ],
  ])('has %s', (_name, text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['only comments', '# none'],
    ['an empty list', '[]'],
    ['a number', '7'],
    ['a list of texts', JSON.stringify([ONE])],
    ['an object without a key', JSON.stringify([{ name: 'a' }])],
    ['a hash where the key belongs, as in the database of LiteLLM', `a ${HASH}`],
    ['such a hash in JSON', JSON.stringify([{ key_alias: 'a', key: HASH }])],
    ['one malformed entry among others', JSON.stringify([{ name: 'a', key: ONE }, 7])],
    ['malformed JSON', `[\n  {\n    "name": "a",\n    "key": "${ONE}",\n  }\n]`],
    ['too deep JSON', `${'['.repeat(200)}"a ${ONE}"${']'.repeat(200)}`],
    ['a key in place of a name', `sk-ant-api03-${TWO}${ONE} laptop-of-the-build`],
    ['the same text as name and key', JSON.stringify([{ name: ONE, key: ONE }])],
  ])('is refused if it has %s', (_name, text) => {
    expect(parseKeyList(text)).toMatchObject({ failure: { code: 'IMPORT_MALFORMED' } });
    expect(JSON.stringify(parseKeyList(text))).not.toContain('sk-');
  });

  it('takes no longer for a line of many separators', () => {
    const text = `a${' '.repeat(200_000)}= , b ${ONE}`;
    expect(parsed(text)).toEqual([['a - - b', ONE, true]]);
  });
});
