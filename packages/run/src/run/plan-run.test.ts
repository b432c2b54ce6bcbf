import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { parseAssignment, parseEnvFile } from './env-file.ts';
import { planRun, resolveRun, type RunWish } from './plan-run.ts';
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

  test('references are recognised, all else passes as it stands', () => {
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
    ['a name with a digit first', '1A=1', 'variable-name'],
    ['no name', '=1', 'variable-name'],
    ['an open quotation mark', 'A="b', 'quotes'],
    ['something after the quotation', 'A="b" c', 'quotes'],
    ['a quotation mark inside', 'A="b"c"', 'quotes'],
    ['a lone quotation mark', 'A="', 'quotes'],
    ['a NUL', 'A=b\0c', 'control-character'],
    ['an escape sequence', 'A=\x1b[31m', 'control-character'],
    ['a reference inside a value', 'A=https://postern://openai/value@host', 'embedded-reference'],
    ['a reference of another form', 'A=postern://openai/value?x', 'reference-form'],
    ['a key in place of a name', `A=postern://sk-${'0a1b'.repeat(8)}`, 'reference-form'],
    ['a key in place of a variable', `ghp_${'0a1B'.repeat(9)}=postern://openai`, 'variable-name'],
    ['a comment after a reference', 'A=postern://openai/value # x', 'reference-form'],
    ['a name for the second time', 'OK=1\nOK=2', 'duplicate'],
  ])('refuses %s, naming the line', (_name, content, problem) => {
    const lines = `FIRST=1\n\n${content}\n`;
    const line = problem === 'duplicate' ? 4 : 3;
    expect(parseEnvFile(lines, 'x.env')).toEqual({
      ok: false,
      failure: { reason: 'reference-invalid', at: 'x.env', line, problem },
    });
  });

  test('an option takes nothing but references', () => {
    expect(parseAssignment('A=postern://openai')).toMatchObject({ ok: true });
    expect(parseAssignment('A=sk-123')).toMatchObject({
      failure: { at: '--secret', line: 0, problem: 'not-a-reference' },
    });
  });
});

describe('plans', () => {
  const wish = (rest: Partial<RunWish>): RunWish => ({
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

  test('later files win over earlier ones, options over files; each secret is fetched once', async () => {
    const plan = expectOk(
      planRun(
        wish({
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

  test('what is missing is named at once, or left out', async () => {
    const plan = expectOk(planRun(wish({ assignments: missing })));
    const failure = { reason: 'references-missing', missing: ['none/value', 'nor/field'] };
    expect(await resolveRun(plan, vault, 'fail')).toEqual({ ok: false, failure });
    const run = expectOk(await resolveRun(plan, vault, 'leave-out'));
    expect(run.secrets.map(({ name }) => name)).toEqual(['B']);
  });

  test('a vault that is locked ends it', async () => {
    const plan = expectOk(planRun(wish({ assignments: ['A=postern://locked'] })));
    const failure = { reason: 'vault-locked' };
    expect(await resolveRun(plan, vault, 'leave-out')).toEqual({ ok: false, failure });
  });

  test.each([0, 2])('standard input takes one secret, not %i', (count) => {
    const assignments = missing.slice(0, count);
    const failure = { reason: 'stdin-takes-one', count };
    expect(planRun(wish({ assignments, via: 'stdin' }))).toEqual({ ok: false, failure });
  });

  test('the one for standard input must be there', async () => {
    const plan = expectOk(planRun(wish({ assignments: ['A=postern://none'], via: 'stdin' })));
    expect((await resolveRun(plan, vault, 'leave-out')).ok).toBe(false);
  });
});
