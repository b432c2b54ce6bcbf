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

test('what opens the vault and what was not resolved is taken out', () => {
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

test('clean: only what every program needs', () => {
  expect(childEnvironment(BASE, true, [['EDITOR', 'ed']])).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm',
    EDITOR: 'ed',
  });
});

test('a variable of the run wins over one of the same name', () => {
  expect(childEnvironment(BASE, false, [['LEFT', 'value']])['LEFT']).toBe('value');
});
