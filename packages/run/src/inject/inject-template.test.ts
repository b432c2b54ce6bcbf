import { failed, ok, revealSecret, Secret } from '@postern/kernel';
import { expect, test } from 'vitest';
import { formatReference } from '../run/secret-reference.ts';
import type { TakeSecrets } from '../run/take-secrets.ts';
import { injectTemplate } from './inject-template.ts';

const VALUES: ReadonlyMap<string, string> = new Map([
  ['openai/value', 'sk-{{ postern://openai }}'],
  ['db/user', 'me'],
]);

const vault: TakeSecrets<{ readonly reason: 'vault-locked' }> = ({ references, whenMissing }) => {
  expect(whenMissing).toBe('fail');
  if (references.some(({ name }) => name === 'locked')) {
    return Promise.resolve(failed({ reason: 'vault-locked' }));
  }
  const names = references.map(formatReference);
  expect(new Set(names).size).toBe(names.length);
  const missing = names.filter((name) => !VALUES.has(name));
  const values = [...VALUES].map(([name, text]) => [name, Secret.of(text)] as const);
  return Promise.resolve(ok({ values: new Map(missing.length > 0 ? [] : values), missing }));
};

test.each([
  ['', ''],
  ['nothing {{ here }} }} postern://openai {{', 'nothing {{ here }} }} postern://openai {{'],
  ['key: {{ postern://openai/value }}\n', 'key: sk-{{ postern://openai }}\n'],
  ['{{postern://db/user}}:{{ postern://openai }}', 'me:sk-{{ postern://openai }}'],
  ['{{\n  postern://db/user\n}}', 'me'],
  ['größe {{ postern://db/user }} 😀', 'größe me 😀'],
])('%j', async (template, expected) => {
  const filled = await injectTemplate(template, vault, 't');
  expect(filled.ok && revealSecret(filled.value)).toBe(expected);
});

const invalid = (line: number, problem: string): object => ({
  reason: 'reference-invalid',
  at: 't',
  line,
  problem,
});

test.each([
  ['a\n{{ postern://openai', invalid(2, 'unclosed')],
  ['{{ postern://Openai }}', invalid(1, 'reference-form')],
  ['\n\n{{ postern://a b }}', invalid(3, 'reference-form')],
  ['{{ postern://openai {{ postern://db/user }}', invalid(1, 'reference-form')],
  [
    '{{ postern://none }} {{ postern://db/user }} {{ postern://nor }} {{ postern://none }}',
    { reason: 'references-missing', missing: ['none/value', 'nor/value'] },
  ],
  ['{{ postern://locked }}', { reason: 'vault-locked' }],
])('refuses %j', async (template, failure) => {
  expect(await injectTemplate(template, vault, 't')).toEqual({ ok: false, failure });
});
