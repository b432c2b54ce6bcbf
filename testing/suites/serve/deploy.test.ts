import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allowTraversal,
  chownTree,
  freshHome,
  OTHER_USER,
  runProgram,
  skipBecause,
  startProgram,
  whyNoOtherUser,
  whyNoPrograms,
} from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const PASSPHRASE = 'three blind mice run';

const whyNoAnalysis = whyNoPrograms(['systemd-analyze']);

describe.skipIf(skipBecause('the systemd unit', whyNoAnalysis))('the systemd unit', () => {
  test('has an exposure below 2.0', async () => {
    const unit = join(ROOT, 'deploy/systemd/postern.service');
    const parameters = ['security', '--offline=yes', '--threshold=19', unit];
    const environment = { PATH: process.env['PATH'] ?? '' };
    const ended = await runProgram('systemd-analyze', parameters, { environment });
    expect(ended.code, ended.stdout).toBe(0);
    expect(ended.stdout).toMatch(/Overall exposure level for postern\.service: 1\.\d/);
  });
});

describe.skipIf(skipBecause('the container', whyNoOtherUser()))(
  'the files of the container',
  () => {
    test('serve as a user that can only read them', async () => {
      const image = mkdtempSync(join(tmpdir(), 'postern-image-'));
      using home = freshHome();
      using open = new DisposableStack();
      open.use(allowTraversal(home.path));
      onTestFinished(() => {
        rmSync(image, { recursive: true, force: true });
      });
      const cli = join(image, 'apps/cli');
      mkdirSync(join(cli, 'bin'), { recursive: true, mode: 0o755 });
      const build = [join(ROOT, 'tools/src/build-cli.ts'), 'postern', join(cli, 'dist')];
      const environment = { PATH: process.env['PATH'] ?? '' };
      expect(await runProgram(process.execPath, build, { environment })).toMatchObject({ code: 0 });
      for (const file of ['package.json', 'bin/postern.js']) {
        cpSync(join(ROOT, 'apps/cli', file), join(cli, file));
      }
      symlinkSync(join(ROOT, 'node_modules'), join(image, 'node_modules'));
      open.use(allowTraversal(cli));
      const state = join(home.path, 'state');
      mkdirSync(state, { mode: 0o700 });
      chownTree(OTHER_USER, home.path);
      const credentials = join(home.path, 'secrets');
      mkdirSync(credentials);
      writeFileSync(join(credentials, 'postern-passphrase'), PASSPHRASE, { mode: 0o444 });
      const launcher = join(cli, 'bin/postern.js');
      const options = {
        user: OTHER_USER,
        environment: {
          PATH: home.environment['PATH'] ?? '',
          STATE_DIRECTORY: state,
          CREDENTIALS_DIRECTORY: credentials,
        },
      };
      const set = ['--', launcher, '--home', state, 'secret', 'set', 'mine'];
      const stored = await runProgram(process.execPath, set, { ...options, input: 'a-value' });
      expect(stored.code, stored.stderr).toBe(0);
      const serve = ['--', launcher, 'serve', '--port', '0'];
      await using program = startProgram(process.execPath, serve, options);
      await program.waitFor(/Gateway\s+http/);
      const health = ['--', launcher, '--home', state, 'status', '--json'];
      const { stdout } = await runProgram(process.execPath, health, options);
      expect(stdout).toContain('"unlocked": true');
      expect(await program.stop()).toMatchObject({ code: 0 });
    });
  },
);
