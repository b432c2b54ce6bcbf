import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from './find-program.ts';

let home: string;
let searchPath: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'postern-program-'));
  const files: readonly (readonly [string, string, number])[] = [
    ['a/tool', '#!/bin/sh\n', 0o755],
    ['b/tool', '#!/bin/sh\n', 0o755],
    ['a/plain', 'echo hello\n', 0o755],
    ['a/binary', '\x7fELF\0\0', 0o755],
    ['a/no-access', '#!/bin/sh\n', 0o644],
    ['b/no-access', '#!/bin/sh\n', 0o755],
    ['a/only-no-access', '#!/bin/sh\n', 0o644],
  ];
  for (const [name, content, mode] of files) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), content);
    await chmod(join(home, name), mode);
  }
  await mkdir(join(home, 'a/directory'));
  searchPath = [join(home, 'none'), join(home, 'a'), join(home, 'b')].join(':');
});

afterAll(() => rm(home, { recursive: true, force: true }));

test.each([
  ['the first on the path', 'tool', 'a/tool'],
  ['a binary', 'binary', 'a/binary'],
  ['the first that is executable', 'no-access', 'b/no-access'],
])('%s', (_name, command, expected) => {
  const program = expectOk(findProgram([command, '-x', 'y'], searchPath));
  expect(program).toEqual({ path: join(home, expected), argv0: command, parameters: ['-x', 'y'] });
});

test("doesn't search for a path", () => {
  const path = join(home, 'b/tool');
  expect(expectOk(findProgram([path], searchPath)).path).toBe(path);
});

test('runs a text without an interpreter with the shell', () => {
  const program = expectOk(findProgram(['plain', 'x'], searchPath));
  const parameters = [join(home, 'a/plain'), 'x'];
  expect(program).toEqual({ path: '/bin/sh', argv0: 'sh', parameters });
});

test.each([
  ['an empty command', [], 'command-not-found'],
  ['an empty name', [''], 'command-not-found'],
  ['an unknown name', ['no-such-tool'], 'command-not-found'],
  ['an unknown path', ['./no/such/tool'], 'command-not-found'],
  ["a file that isn't executable", ['only-no-access'], 'command-not-executable'],
  ['a directory', ['directory'], 'command-not-executable'],
])('reports %s', (_name, command, reason) => {
  const failure = { reason, command: command[0] ?? '' };
  expect(findProgram(command, searchPath)).toEqual({ ok: false, failure });
});

test.each([
  ['a variable before the command', 'KEY=a-value', 'KEY=…'],
  ['a value with a line break', 'KEY=a\nvalue', 'KEY=…'],
  ['a key', 'sk-0123456789abcdef0123456789abcdef', 'it looks like a key'],
  ['a key before a value', 'sk-0123456789abcdef0123456789abcdef=x', 'it looks like a key'],
])("doesn't repeat %s instead of the command", (_name, command, shown) => {
  const failure = { reason: 'command-not-found', command: shown };
  expect(findProgram([command, 'npm', 'test'], searchPath)).toEqual({ ok: false, failure });
});
