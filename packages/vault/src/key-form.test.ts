import { failed, ok, Secret } from '@postern/kernel';
import type { KeyForm } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { checkKeyForm } from './key-form.ts';

const ANTHROPIC: KeyForm = { prefixes: ['sk-ant-'], minLength: 20, example: 'sk-ant-…' };
const ANY: KeyForm = { prefixes: [], minLength: 20, example: 'at least 20 characters' };
const body = 'x'.repeat(30);

describe('the form of a key', () => {
  it.each<readonly [string, KeyForm | undefined, string]>([
    ['the right prefix', ANTHROPIC, `sk-ant-api03-${body}`],
    ['any prefix if the provider has none', ANY, body],
    ['anything if no form is known', undefined, 'x'],
  ])('accepts %s', (_, form, value) => {
    expect(checkKeyForm(form, Secret.of(value))).toEqual(ok());
  });

  it.each<readonly [string, KeyForm, string]>([
    ['a key of another provider', ANTHROPIC, `sk-proj-${body}`],
    ['a key that is too short', ANTHROPIC, 'sk-ant-x'],
    ['a trailing line feed', ANTHROPIC, `sk-ant-${body}\n`],
    ['a header injection', ANTHROPIC, `sk-ant-${body}\r\nX-Admin: 1`],
    ['a space', ANY, `${body} ${body}`],
    ["a letter that isn't ASCII", ANY, `${body}é`],
    ['an empty key', ANY, ''],
  ])('refuses %s', (_, form, value) => {
    expect(checkKeyForm(form, Secret.of(value))).toEqual(
      failed({ reason: 'key-form-unexpected', example: form.example }),
    );
  });

  it.each([ANTHROPIC, ANY, undefined])('always refuses a subscription token', (form) => {
    const token = Secret.of(` sk-ant-oat01-${body}\n`);
    expect(checkKeyForm(form, token)).toEqual(failed({ reason: 'plan-token' }));
  });
});
