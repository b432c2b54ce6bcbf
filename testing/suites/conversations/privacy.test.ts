import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsOfText, freshHome, skipBecause, whyNoKilling } from '@postern/testing';
import { describe, expect, test } from 'vitest';

const skip = skipBecause('privacy mode under strace', whyNoKilling());

describe.skipIf(skip)('conversations in memory', () => {
  test('create no file, and no system call contains a word of them', () => {
    using home = freshHome();
    const log = join(home.path, 'calls.log');
    const child = join(import.meta.dirname, 'private.child.ts');
    const { status, stdout } = spawnSync(
      'strace',
      [
        '-f',
        '-s',
        '4096',
        '-o',
        log,
        '-e',
        'trace=%file,%network,write,pwrite64,writev,pwritev',
      ].concat(process.execPath, child),
      { env: home.environment, encoding: 'utf8' },
    );
    // The title, and as many messages as the search may find.
    expect([status, stdout]).toEqual([0, '201 found\n']);

    const calls = readFileSync(log, 'utf8').split('\n');
    const opened = calls.filter((call) => /open(?:at)?\(.*O_(?:WRONLY|RDWR|CREAT)/u.test(call));
    const made = opened.filter(
      (call) => !/"\/(?:dev|proc)\//u.test(call) && !call.includes('= -1'),
    );
    expect(made).toEqual([]);
    const text = calls.join('\n');
    for (const [form, bytes] of formsOfText('zqprivatemark')) {
      expect(text.includes(bytes.toString('latin1')), form).toBe(false);
    }
    expect(readdirSync(join(home.path, 'tmp'))).toEqual([]);
    expect(readdirSync(home.path).toSorted()).toEqual(['calls.log', 'run', 'tmp']);
  });
});
