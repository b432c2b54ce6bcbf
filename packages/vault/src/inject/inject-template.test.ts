import { failed, ok, revealSecret, Secret } from '@postern/kernel';
import { expect, test } from 'vitest';
import type { ResolveReference } from '../run/plan-run.ts';
import { injectTemplate } from './inject-template.ts';

const VALUES: ReadonlyMap<string, string> = new Map([
  ['openai/value', 'sk-{{ postern://openai }}'],
  ['db/user', 'me'],
]);

const vault: ResolveReference<{ readonly reason: 'vault-locked' }> = ({ name, field }) => {
  if (name === 'locked') return Promise.resolve(failed({ reason: 'vault-locked' }));
  const value = VALUES.get(`${name}/${field}`);
  return Promise.resolve(ok(value === undefined ? undefined : Secret.of(value)));
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
