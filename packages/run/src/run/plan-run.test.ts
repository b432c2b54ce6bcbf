import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { parseAssignment, parseEnvFile } from './env-file.ts';
import { planRun, resolveRun, type RunRequest } from './plan-run.ts';
import { formatReference, parseReference } from './secret-reference.ts';
import type { TakeSecrets } from './take-secrets.ts';

describe('references', () => {
  test.each([
    ['postern://openai/value', { name: 'openai', field: 'value' }],
    ['postern://openai', { name: 'openai', field: 'value' }],
    ['postern://my.proxy-1/user_name', { name: 'my.proxy-1', field: 'user_name' }],
    ['postern://', undefined],
    ['postern:///value', undefined],
    ['postern://Openai/value', undefined],
    ['postern://openai/', undefined],
    ['postern://openai/a/b', undefined],
    ['postern://openai/Value', undefined],
    [' postern://openai/value', undefined],
    ['postern://openai/value\n', undefined],
    ['POSTERN://openai/value', undefined],
    ['postern://../etc/passwd', undefined],
    [`postern://${'a'.repeat(65)}`, undefined],
  ])('%j', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });
});

describe('env files', () => {
  const REFERENCE = { name: 'openai', field: 'value' };

  test('recognizes references and keeps all other text', () => {
    const text = [
      '\uFEFF# comment',
      '',
      'KEY=postern://openai/value',
      'QUOTED="postern://openai/value"',
      "  export SINGLE = 'a # b'  ",
      'EMPTY=',
      'PLAIN=a=b $HOME \\n # kept',
      'SPACE=" a "',
    ].join('\r\n');
    expect(expectOk(parseEnvFile(text, 'x.env'))).toEqual([
      { name: 'KEY', reference: REFERENCE },
      { name: 'QUOTED', reference: REFERENCE },
      { name: 'SINGLE', text: 'a # b' },
      { name: 'EMPTY', text: '' },
      { name: 'PLAIN', text: 'a=b $HOME \\n # kept' },
      { name: 'SPACE', text: ' a ' },
    ]);
  });

  test.each([
    ['no assignment', 'KEY', 'no-assignment'],
    ['a name with a dash', 'A-B=1', 'variable-name'],
    ['a name that begins with a digit', '1A=1', 'variable-name'],
    ['no name', '=1', 'variable-name'],
    ['an open quotation mark', 'A="b', 'quotes'],
    ['text after the closing quotation mark', 'A="b" c', 'quotes'],
    ['a quotation mark inside', 'A="b"c"', 'quotes'],
    ['a lone quotation mark', 'A="', 'quotes'],
    ['a NUL', 'A=b\0c', 'control-character'],
    ['an escape sequence', 'A=\x1b[31m', 'control-character'],
    ['a reference inside a value', 'A=https://postern://openai/value@host', 'embedded-reference'],
    ['a malformed reference', 'A=postern://openai/value?x', 'reference-form'],
    ['a key instead of a name', `A=postern://sk-${'0a1b'.repeat(8)}`, 'reference-form'],
    ['a key instead of a variable', `ghp_${'0a1B'.repeat(9)}=postern://openai`, 'variable-name'],
    ['a comment after a reference', 'A=postern://openai/value # x', 'reference-form'],
    ['a duplicate name', 'OK=1\nOK=2', 'duplicate'],
  ])('refuses %s and reports the line', (_name, content, problem) => {
    const lines = `FIRST=1\n\n${content}\n`;
    const line = problem === 'duplicate' ? 4 : 3;
    expect(parseEnvFile(lines, 'x.env')).toEqual({
      ok: false,
      failure: { reason: 'reference-invalid', at: 'x.env', line, problem },
    });
  });

  test('accepts only references in an option', () => {
    expect(parseAssignment('A=postern://openai')).toMatchObject({ ok: true });
    expect(parseAssignment('A=sk-123')).toMatchObject({
      failure: { at: '--secret', line: 0, problem: 'not-a-reference' },
    });
  });
});

describe('plans', () => {
  const request = (rest: Partial<RunRequest>): RunRequest => ({
    assignments: [],
    envFiles: [],
    via: 'env',
    ...rest,
  });
  const asked: string[] = [];
  const vault: TakeSecrets<{ readonly reason: 'vault-locked' }> = ({ references, whenMissing }) => {
    const names = references.map(formatReference);
    asked.push(...names, whenMissing);
    if (names.includes('locked/value')) return Promise.resolve(failed({ reason: 'vault-locked' }));
    const missing = names.filter((name) => name !== 'openai/value');
    const isRefused = whenMissing === 'fail' && missing.length > 0;
    const values = new Map(isRefused ? [] : [['openai/value', Secret.of('sk-1')]]);
    return Promise.resolve(ok({ values, missing }));
  };

  test('overrides earlier files with later ones and files with options, and fetches each secret once', async () => {
    const plan = expectOk(
      planRun(
        request({
          assignments: ['B=postern://openai', 'C=postern://openai/value'],
          envFiles: [
            { path: 'one', text: 'A=1\nB=2' },
            { path: 'two', text: 'A=two' },
          ],
        }),
      ),
    );
    asked.length = 0;
    const run = expectOk(await resolveRun(plan, vault, 'fail'));
    expect(run.texts).toEqual([{ name: 'A', text: 'two' }]);
    expect(run.secrets.map(({ name, value }) => [name, revealSecret(value)])).toEqual([
      ['B', 'sk-1'],
      ['C', 'sk-1'],
    ]);
    expect(asked).toEqual(['openai/value', 'fail']);
  });

  const missing = ['A=postern://none', 'B=postern://openai', 'C=postern://nor/field'];

  test('reports all missing secrets, or leaves them out', async () => {
    const plan = expectOk(planRun(request({ assignments: missing })));
    const failure = { reason: 'references-missing', missing: ['none/value', 'nor/field'] };
    expect(await resolveRun(plan, vault, 'fail')).toEqual({ ok: false, failure });
    const run = expectOk(await resolveRun(plan, vault, 'leave-out'));
    expect(run.secrets.map(({ name }) => name)).toEqual(['B']);
  });

  test('fails if the vault is locked', async () => {
    const plan = expectOk(planRun(request({ assignments: ['A=postern://locked'] })));
    const failure = { reason: 'vault-locked' };
    expect(await resolveRun(plan, vault, 'leave-out')).toEqual({ ok: false, failure });
  });

  test.each([0, 2])('accepts one secret for standard input, not %i', (count) => {
    const assignments = missing.slice(0, count);
    const failure = { reason: 'stdin-takes-one', count };
    expect(planRun(request({ assignments, via: 'stdin' }))).toEqual({ ok: false, failure });
  });

  test('fails if the secret for standard input is missing', async () => {
    const plan = expectOk(planRun(request({ assignments: ['A=postern://none'], via: 'stdin' })));
    expect((await resolveRun(plan, vault, 'leave-out')).ok).toBe(false);
  });
});
