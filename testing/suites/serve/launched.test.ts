import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  launcherNodeOptions,
  POSTERN_LAUNCHER,
  runPostern,
  startProgram,
} from '@postern/testing';
import { expect, onTestFinished, test } from 'vitest';
import { PASSPHRASE, workersOf } from './serve-place.ts';

test('the launched program and its workers bound the memory for new objects', async () => {
  const home = freshHome();
  onTestFinished(home[Symbol.dispose].bind(home));
  const directory = join(home.path, 'state');
  const set = await runPostern(['--home', directory, 'secret', 'set', 'box'], {
    environment: home.environment,
    passphrase: PASSPHRASE,
    input: 'sk-upstream-key-of-the-test',
    // The test program's vault has weaker key derivation, which the shipped program rejects.
    program: POSTERN_LAUNCHER,
  });
  expect(set.code, set.stderr).toBe(0);
  const credentials = join(home.path, 'credentials');
  mkdirSync(credentials, { mode: 0o700 });
  writeFileSync(join(credentials, 'postern-passphrase'), PASSPHRASE, { mode: 0o600 });
  const program = startProgram(
    POSTERN_LAUNCHER,
    ['--home', directory, 'serve', '--port', '0', '--workers', '2'],
    { environment: { ...home.environment, CREDENTIALS_DIRECTORY: credentials } },
  );
  onTestFinished(async () => {
    await program.stop('SIGKILL');
  });
  await program.waitFor(/Gateway\s+(http:\S+)\/v1\s/);
  const workers = await workersOf(program.pid);
  expect(workers).toHaveLength(2);
  expect(launcherNodeOptions()).toEqual(['--max-semi-space-size=16']);
  for (const pid of [program.pid, ...workers]) {
    const words = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
    expect(words).toContain('--max-semi-space-size=16');
  }
  expect(await program.stop()).toMatchObject({ code: 0 });
});
