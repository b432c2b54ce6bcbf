import { randomBytes } from 'node:crypto';
import { Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { findShapes, KEY_SHAPES } from '@postern/vault';
import { describe, expect, test } from 'vitest';
import { createContentScanner, type FoundAt } from './scan-content.ts';

const VALUE = 'not of a known form: 3f!9';
const STORED = [
  { name: secretName.from('mine'), value: Secret.of(VALUE) },
  { name: secretName.from('short'), value: Secret.of('1234567') },
];
const OPENAI = `sk-${'a1B2'.repeat(12)}`;

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size));
}

const spoken = ({ line, found }: FoundAt): string =>
  `${line}: ${found.kind === 'stored' ? `stored ${found.secret}` : found.shape}`;

describe('scanning a content', () => {
  const lines = [
    'nothing here 1234567',
    `password = "${VALUE}"`,
    `url = https://x/?k=${encodeURIComponent(VALUE)}&k2=${OPENAI}`,
    Buffer.from(`user:${VALUE}`).toString('base64'),
    `${OPENAI} ${OPENAI}`,
    `${VALUE.slice(0, -1)} and then ${VALUE.slice(3)}`,
    `${'x'.repeat(3000)}${Buffer.from(VALUE).toString('hex')}`,
    `gsk_${'b'.repeat(30)}`,
    `fingerprint ${Buffer.from(VALUE)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:')}`,
    Buffer.from(VALUE, 'utf16le').toString('latin1'),
    Buffer.from(VALUE, 'utf16le').swap16().toString('latin1'),
    `body="${JSON.stringify(JSON.stringify({ VALUE }))}"`,
    `next=${encodeURIComponent(encodeURIComponent(VALUE))}`,
  ];
  const content = Buffer.from(lines.join('\n'), 'latin1');
  const expected = [
    '2: stored mine',
    '3: stored mine',
    '3: openai',
    '4: stored mine',
    '5: openai',
    '7: stored mine',
    '8: groq',
    ...['9', '10', '11', '12', '13'].map((at) => `${at}: stored mine`),
  ];

  test.each([1, 7, 1000, 65_536, 1_000_000])('finds everything in chunks of %i', async (size) => {
    const scanner = createContentScanner(STORED);
    // Twice, to show that no state is left after the first time.
    for (let pass = 0; pass < 2; pass += 1) {
      expect((await scanner.scan(inChunks(content, size))).map(spoken)).toEqual(expected);
    }
  });

  test('finds nothing in random bytes', async () => {
    const found = await createContentScanner(STORED).scan(inChunks(randomBytes(200_000), 4096));
    expect(found).toEqual([]);
  });

  test('returns no part of a value', async () => {
    const found = await createContentScanner(STORED).scan(inChunks(content, 1000));
    const text = JSON.stringify(found);
    expect(text).not.toContain(VALUE.slice(0, 6));
    expect(text).not.toContain(OPENAI.slice(0, 8));
  });
});

describe('known forms', () => {
  const SAMPLES: readonly (readonly [string, string])[] = [
    ['postern', `sk-postern-${'aB3'.repeat(10)}`],
    ['anthropic', `sk-ant-api03-${'aB3_'.repeat(20)}`],
    ['anthropic-plan', `sk-ant-oat01-${'aB3_'.repeat(20)}`],
    ['openrouter', `sk-or-v1-${'0af'.repeat(20)}`],
    ['openai-project', `sk-proj-${'aB3-'.repeat(20)}`],
    ['openai', OPENAI],
    ['groq', `gsk_${'aB3'.repeat(15)}`],
    ['github', `ghp_${'aB3'.repeat(12)}`],
    ['github', `github_pat_${'aB3_'.repeat(10)}`],
    ['aws', 'AKIAIOSFODNN7EXAMPLE'],
    ['slack', 'xoxb-123456789012-abcdef'],
    ['google', `AIza${'aB3-_'.repeat(7)}`],
    ['private-key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ];

  test.each(SAMPLES)('%s: %s', (shape, sample) => {
    for (const text of [sample, `key="${sample}"`, `a\t${sample}\r\n`, `https://x/?k=${sample}`]) {
      expect(findShapes(text)).toMatchObject([{ at: text.indexOf(sample), shape }]);
    }
  });

  test('has a sample of every form', () => {
    expect(new Set(SAMPLES.map(([shape]) => shape))).toEqual(new Set(Object.keys(KEY_SHAPES)));
  });

  test.each([
    'sk-learn-version-of-something',
    'task-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'risk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'sk-ant-',
    'AKIA1234',
    'xoxb-',
    '-----BEGIN PUBLIC KEY-----',
    'gsk_short',
  ])('finds nothing in %s', (text) => {
    expect(findShapes(text)).toEqual([]);
  });
});
