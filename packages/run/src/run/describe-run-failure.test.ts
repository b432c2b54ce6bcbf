import { expect, test } from 'vitest';
import { describeRunFailure } from './describe-run-failure.ts';

test.each([
  [
    { reason: 'reference-invalid', at: 'a.env', line: 3, problem: 'quotes' },
    'REFERENCE_INVALID',
    ": a.env, line 3: the quotation marks don't match.",
  ],
  [
    { reason: 'reference-invalid', at: '--secret', line: 0, problem: 'not-a-reference' },
    'REFERENCE_INVALID',
    ": --secret: a value isn't allowed on the command line.",
  ],
  [{ reason: 'references-missing', missing: ['a/b', 'c/d'] }, 'REFERENCES_MISSING', ': a/b, c/d.'],
  [{ reason: 'stdin-takes-one', count: 2 }, 'RUN_STDIN_TAKES_ONE', ': 2 were given.'],
  [{ reason: 'memory-file-unavailable' }, 'RUN_NO_MEMORY_FILE', 'private file.'],
  [{ reason: 'command-not-found', command: 'x' }, 'COMMAND_NOT_FOUND', ': x.'],
  [{ reason: 'command-not-executable', command: 'x' }, 'COMMAND_NOT_EXECUTABLE', ': x.'],
  [{ reason: 'disk-full', path: '/x' }, 'DISK_FULL', ''],
] as const)('%o is spoken as %s', (failure, code, end) => {
  const { message, ...rest } = describeRunFailure(failure);
  expect(rest.code).toBe(code);
  expect(message.endsWith(end), message).toBe(true);
});
