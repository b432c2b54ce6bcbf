import { existsSync, readdirSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, skipBecause, whyNoPrograms } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPlace, type RunPlace } from './run-place.ts';

let place: RunPlace;

beforeAll(async () => {
  place = await runPlace('an agent');
});

afterAll(async () => {
  await place[Symbol.asyncDispose]();
});

/** Creates a directory in the home with the given files. */
function directoryWith(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(place.home, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe('postern inject', () => {
  const TEMPLATE = 'key = "{{ postern://openai }}"\nother = {{postern://proxy/value}} {{ mine }}\n';

  test('fills in a template: private file, warning, and an audit record for each secret', async () => {
    const directory = directoryWith('inject', { 'app.tpl': TEMPLATE });
    const output = join(directory, 'app.toml');
    const before = await place.audited('secret.inject');
    const ended = await place.run(['inject', '-i', join(directory, 'app.tpl'), '-o', output]);
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    expect(ended.stderr).toMatch(/^postern: warning: .*app\.toml now contains secrets/);
    const text = readFileSync(output, 'utf8');
    expect(text.startsWith(`key = "${place.value}"\nother = `)).toBe(true);
    expect(text.endsWith(' {{ mine }}\n')).toBe(true);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).toSorted()).toEqual(['app.toml', 'app.tpl']);
    const after = await place.audited('secret.inject');
    expect(after.slice(before.length)).toEqual(['openai -', 'proxy -']);
  });

  test('from standard input to standard output', async () => {
    const ended = await place.run(['inject'], { input: '<{{ postern://openai }}>' });
    expect(ended).toMatchObject({ code: 0, stdout: `<${place.value}>`, stderr: '' });
  });

  test('keeps an existing file without --force', async () => {
    const files = { 'app.tpl': TEMPLATE, 'app.toml': 'mine' };
    const directory = directoryWith('inject-again', files);
    const output = join(directory, 'app.toml');
    const parameters = ['inject', '-i', join(directory, 'app.tpl'), '-o', output];
    const refused = await place.run(parameters);
    expect(refused).toMatchObject({ code: 8, stdout: '' });
    expect(refused.stderr).toContain('OUTPUT_EXISTS');
    expect(readFileSync(output, 'utf8')).toBe('mine');
    expect(await place.run([...parameters, '--force'])).toMatchObject({ code: 0 });
    expect(readFileSync(output, 'utf8')).toContain(place.value);
  });

  test.each([
    ['a missing secret', '{{ postern://none }}{{ postern://nor }}', 4, /none\/value, nor\/value/],
    ['an invalid reference', 'a\n{{ postern://a/b/c }}', 2, /line 2: the reference is malformed/],
    ['unclosed braces', '{{ postern://openai', 2, /REFERENCE_INVALID/],
  ])('%s writes nothing', async (name, template, code, words) => {
    const directory = directoryWith(name, { 'app.tpl': template });
    const output = join(directory, 'out');
    const ended = await place.run(['inject', '-i', join(directory, 'app.tpl'), '-o', output]);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(words);
    expect(existsSync(output)).toBe(false);
  });
});

const KEY_SHAPE = `gsk_${'aB3x'.repeat(13)}`;

describe.skipIf(skipBecause('postern scan', whyNoPrograms(['git'])))('postern scan', () => {
  const git = async (directory: string, ...parameters: readonly string[]): Promise<void> => {
    const who = [
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@example.org',
      '-c',
      'commit.gpgsign=false',
    ];
    const { environment } = place;
    const ended = await runProgram('git', ['-C', directory, ...who, ...parameters], {
      environment,
    });
    expect(ended).toMatchObject({ code: 0 });
  };

  test('finds stored values in every form, key shapes, and both in the history', async () => {
    const directory = directoryWith('scanned', {
      'plain.txt': `nothing\nkey=${place.value}\n`,
      'encoded.txt': `${Buffer.from(`user:${place.value}`).toString('base64')}\n`,
      'shape.txt': `${KEY_SHAPE}\n`,
      'clean.txt': 'postern://openai\n',
    });
    await git(directory, 'init', '-q');
    await git(directory, 'add', 'plain.txt');
    await git(directory, 'commit', '-qm', 'a mistake');
    const ended = await place.run(['scan', '--json', '--history', directory]);
    expect(ended.code).toBe(1);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what the product prints
    const { findings } = JSON.parse(ended.stdout) as {
      findings: {
        place: { kind: string; path: string; line: number };
        what: string;
        fix: string;
      }[];
    };
    const rows = findings.map(({ place: at, what }) => `${at.kind} ${at.path}:${at.line} ${what}`);
    const stored = 'the value of the secret openai';
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^file .*plain.txt:2 ${stored}$`),
        expect.stringMatching(`^file .*encoded.txt:1 ${stored}$`),
        expect.stringMatching('^file .*shape.txt:1 looks like: Groq API key$'),
        expect.stringMatching(`^commit plain.txt:2 ${stored}$`),
      ]),
    );
    expect(rows.filter((row) => row.includes('clean.txt'))).toEqual([]);
    expect(findings.every(({ fix }) => fix.length > 0)).toBe(true);
    expect(await place.audited('secret.use')).toEqual(['openai -', 'proxy -']);
    const spoken = await place.run(['scan', directory]);
    expect(spoken.code).toBe(1);
    expect(spoken.stdout).toMatch(
      /plain\.txt:2: the value of the secret openai\n {2}Replace it with postern/,
    );
    expect(spoken.stdout).not.toContain(' commit ');
    for (const { stdout, stderr } of [ended, spoken]) {
      place.canary.searchBytes('the output of scan', stdout + stderr);
      expect(stdout + stderr).not.toContain(KEY_SHAPE);
    }
    place.canary.expectNone();
  });

  test('finds nothing: exit code 0', async () => {
    const directory = directoryWith('clean', { 'a.txt': 'postern://openai\n' });
    const ended = await place.run(['scan', directory]);
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    expect(ended.stderr).toContain('Nothing found in 1 file.');
  });

  test("reports a path that can't be read", async () => {
    const ended = await place.run(['scan', join(place.home, 'not-there')]);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/can't read .*not-there\n[^]*SCAN_FAILED/);
  });

  test("--shapes-only doesn't unlock the vault", async () => {
    const directory = directoryWith('shapes', { 'a.txt': `${place.value}\n`, 'b.txt': KEY_SHAPE });
    const home = join(place.home, 'no-vault');
    const ended = await place.run(['--home', home, 'scan', '--shapes-only', directory]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('looks like: Anthropic API key');
    expect(ended.stdout).not.toContain('the value of');
    expect(existsSync(home)).toBe(false);
  });
});
