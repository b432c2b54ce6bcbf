import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshHome, runProgram, type Ended } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const BUILDING = 'postern: building the command line, since its sources are new…\n';
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let root: string;
const at = (...path: readonly string[]): string => join(root, ...path);
const SOURCE = 'apps/cli/src/commands/command-line.ts';
const dist = (): string => at('apps/cli/dist');
const builds = (): readonly string[] =>
  readdirSync(dist()).filter((name) => /^postern-[0-9a-f]{32}$/.test(name));

/** Copies the checkout without installed packages. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-checkout-'));
  for (const path of [
    'package.json',
    'package-lock.json',
    'packages',
    'apps/cli/package.json',
    'apps/cli/bin',
    'apps/cli/build',
    'apps/cli/src',
    'tools/src/build-cli.ts',
  ]) {
    const isOurs = (from: string) => !/node_modules|\.test\.ts$/.test(from.slice(ROOT.length));
    cpSync(join(ROOT, path), at(path), { recursive: true, filter: isOurs });
  }
  symlinkSync(join(ROOT, 'node_modules'), at('node_modules'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function start(launcher = 'apps/cli/bin/postern.js', umask = '022'): Promise<Ended> {
  using home = freshHome();
  const line = `umask ${umask}; exec "$0" -- "$1" --help`;
  const parameters = ['-c', line, process.execPath, at(launcher)];
  const ended = await runProgram('/bin/sh', parameters, { environment: home.environment });
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(at(path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(at(path), text.replace(from, to));
}

describe('a start in a checkout', () => {
  test('builds once, reports it, and rebuilds only if the sources change', async () => {
    expect((await start()).stderr).toBe(BUILDING);
    expect((await start()).stderr).toBe('');
    const [first] = builds();

    // The size and the modification time stay the same. Only the change time, which can't be set,
    // differs.
    const { atime, mtime } = statSync(at(SOURCE));
    replaceIn(SOURCE, 'A vault for API keys', 'A vau1t for API keys');
    utimesSync(at(SOURCE), atime, mtime);
    const changed = await start();
    expect(changed.stderr).toBe(BUILDING);
    expect(changed.stdout).toContain('A vau1t for API keys');

    replaceIn(SOURCE, 'A vau1t for API keys', 'A vault for API keys');
    const back = await start();
    expect(back.stderr).toBe('');
    expect(back.stdout).toContain('A vault for API keys');
    expect(builds()).toHaveLength(2);
    expect(builds()).toContain(first);
  });

  test('builds once for two concurrent starts', async () => {
    const both = await Promise.all([start(), start()]);
    expect(both.map(({ stderr }) => stderr).join('')).toBe(BUILDING);
    expect(builds()).toHaveLength(1);
    expect(readdirSync(dist()).filter((name) => /new|lock/.test(name))).toEqual([]);
  });

  test('recovers after a build was killed', async () => {
    mkdirSync(dist());
    // No process has this id (pid_max of Linux).
    writeFileSync(join(dist(), 'postern.lock'), '4194305');
    expect((await start()).stderr).toBe(BUILDING);
    expect((await start()).stderr).toBe('');
  });

  test('runs from source and says why if the build fails', async () => {
    writeFileSync(at('tools/src/build-cli.ts'), "throw new Error('broken on purpose');\n");
    const ended = await start();
    expect(ended.stderr).toBe(
      `${BUILDING}postern: the build failed (Error: broken on purpose). ` +
        'Running from source. See: npm run build.\n',
    );
    expect(ended.stdout).toContain('A vault for API keys');
    expect(builds()).toEqual([]);
  });

  test("writes nothing to another user's checkout, and runs no build of a third user", async () => {
    const owner = isRoot ? NOBODY : undefined;
    if (owner === undefined) chmodSync(at('apps/cli'), 0o555);
    else chownSync(root, owner, owner);
    const ended = await start();
    chmodSync(at('apps/cli'), 0o755);
    expect(ended.stderr).toBe('');
    expect(existsSync(dist())).toBe(false);
    if (owner === undefined) return;

    chownSync(root, 0, 0);
    await start();
    const [build = ''] = builds();
    const program = join(dist(), build, 'postern.cjs');
    writeFileSync(program, "console.log('of a third');\n");
    chownSync(join(dist(), build), owner, owner);
    const again = await start();
    expect(again.stdout).toContain('A vault for API keys');
    expect(readFileSync(program, 'utf8')).not.toContain('of a third');
  });

  test('keeps its build private whatever the umask is', async () => {
    await start(undefined, '0');
    await start(undefined, '0');
    const [build = ''] = builds();
    const modes = [build, join(build, 'compiled')].map(
      (name) => statSync(join(dist(), name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700]);
    // A build that anyone could have written isn't run.
    chmodSync(join(dist(), build), 0o777);
    expect((await start()).stderr).toBe(BUILDING);
  });

  test("doesn't build in the published layout, which has no sources", async () => {
    const build = [at('tools/src/build-cli.ts')];
    const environment = { PATH: process.env['PATH'] ?? '' };
    expect(await runProgram(process.execPath, build, { environment })).toMatchObject({ code: 0 });
    for (const path of ['packages', 'tools', 'apps/cli/src', 'apps/cli/build', 'package-lock.json'])
      rmSync(at(path), { recursive: true });
    const ended = await start();
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toContain('A vault for API keys');
    expect(builds()).toEqual([]);
  });
});
