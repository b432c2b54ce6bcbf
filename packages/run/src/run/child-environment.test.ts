import { expect, test } from 'vitest';
import { childEnvironment } from './child-environment.ts';

const BASE = {
  PATH: '/bin',
  HOME: '/home/me',
  LC_ALL: 'C.UTF-8',
  TERM: 'xterm',
  EDITOR: 'vi',
  AWS_SECRET_ACCESS_KEY: 'x',
  POSTERN_PASSPHRASE: 'secret',
  POSTERN_HOME: '/x',
  CREDENTIALS_DIRECTORY: '/run/credentials/x',
  LEFT: 'postern://openai/value',
  UNSET: undefined,
};

test('removes the variables of Postern and unresolved references', () => {
  expect(childEnvironment(BASE, false, [['KEY', 'sk-1']])).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm',
    EDITOR: 'vi',
    AWS_SECRET_ACCESS_KEY: 'x',
    KEY: 'sk-1',
  });
});

test('keeps only generally needed variables if it is clean', () => {
  expect(childEnvironment(BASE, true, [['EDITOR', 'ed']])).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm',
    EDITOR: 'ed',
  });
});

test('overrides variables with those of the run', () => {
  expect(childEnvironment(BASE, false, [['LEFT', 'value']])['LEFT']).toBe('value');
});
