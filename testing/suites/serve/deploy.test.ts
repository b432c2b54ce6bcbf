import { ValidationSeverity, validate } from 'dockerfile-utils';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
  whyNoSmallDisk,
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

const CONTAINERFILE = readFileSync(join(ROOT, 'deploy/Containerfile'), 'utf8');

/** What the linter of the Dockerfile language server finds. */
function problemsIn(containerfile: string): readonly string[] {
  const severity = ValidationSeverity.ERROR;
  const found = validate(containerfile, {
    deprecatedMaintainer: severity,
    directiveCasing: severity,
    emptyContinuationLine: severity,
    instructionCasing: severity,
    instructionCmdMultiple: severity,
    instructionEntrypointMultiple: severity,
    instructionHealthcheckMultiple: severity,
    instructionJSONInSingleQuotes: severity,
    instructionWorkdirRelative: severity,
  });
  return found.map(({ message }) => (typeof message === 'string' ? message : message.value));
}

/** The files that the last stage copies from the build, without the packages. */
function copiedFiles(): readonly string[] {
  const copies = CONTAINERFILE.matchAll(/^COPY --from=build \/src\/(\S+) \.\/(\S+)$/gm);
  return [...copies].flatMap(([, from = '', to]) => {
    expect(to).toBe(from);
    return from === 'node_modules' ? [] : [from];
  });
}

describe('the Containerfile', () => {
  test('has no problems', () => {
    expect(problemsIn(CONTAINERFILE)).toEqual([]);
  });

  test.each([
    ['COPY . .', 'COPI . .', /Unknown instruction/],
    ['EXPOSE 7420', 'EXPOSE door', /Invalid containerPort/],
    ['--interval=30s', '--interval=30', /duration/],
    ['--interval', '--intervall', /Unknown flag/],
    ['CMD ["serve"', 'CMD ["up"]\nCMD ["serve"', /only be one CMD/],
    ['WORKDIR /src', 'WORKDIR src', /WORKDIR/],
    ['VOLUME /var/lib/postern', 'VOLUME', /no arguments/],
  ])('%s may not be %s', (right, wrong, message) => {
    expect(CONTAINERFILE).toContain(right);
    expect(problemsIn(CONTAINERFILE.replace(right, wrong)).join('\n')).toMatch(message);
  });
});

/** Runs a program with a read-only root, except for the directory `$1`, as the user `$3`. */
const READ_ONLY = `set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,ro,bind /
if touch "$2/written" 2>/dev/null; then exit 99; fi
user=$3
shift 3
exec setpriv --reuid "$user" --regid "$user" --clear-groups "$@"`;

describe.skipIf(skipBecause('the container', whyNoOtherUser() ?? whyNoSmallDisk()))(
  'the files of the container',
  () => {
    test('serve as a user that can only read them, with a read-only root', async () => {
      const image = mkdtempSync(join(tmpdir(), 'postern-image-'));
      using home = freshHome();
      using open = new DisposableStack();
      open.use(allowTraversal(home.path));
      onTestFinished(() => {
        rmSync(image, { recursive: true, force: true });
      });
      const cli = join(image, 'apps/cli');
      mkdirSync(join(cli, 'bin'), { recursive: true, mode: 0o755 });
      const isBuilt = (file: string): boolean => file === 'apps/cli/dist';
      expect(copiedFiles().filter(isBuilt)).toHaveLength(1);
      const build = [join(ROOT, 'tools/src/build-cli.ts'), 'postern', join(cli, 'dist')];
      const environment = { PATH: process.env['PATH'] ?? '' };
      expect(await runProgram(process.execPath, build, { environment })).toMatchObject({ code: 0 });
      for (const file of copiedFiles().filter((copied) => !isBuilt(copied))) {
        cpSync(join(ROOT, file), join(image, file));
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
      const serve = [process.execPath, '--', launcher, 'serve', '--port', '0'];
      const { environment: variables } = options;
      const namespace = ['--mount', 'sh', '-c', READ_ONLY, 'sh', state, image, String(OTHER_USER)];
      await using program = startProgram('unshare', [...namespace, ...serve], {
        environment: variables,
      });
      await program.waitFor(/Gateway\s+http/);
      const health = ['--', launcher, '--home', state, 'status', '--json'];
      const { stdout } = await runProgram(process.execPath, health, options);
      expect(stdout).toContain('"unlocked": true');
      expect(await program.stop()).toMatchObject({ code: 0 });
    });
  },
);
