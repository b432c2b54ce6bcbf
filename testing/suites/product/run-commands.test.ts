import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipBecause, whyNoKeyringSession } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPlace, type PlaceKind, type RunPlace } from './run-place.ts';

const REFERENCE = 'KEY=postern://openai';
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * A script that prints the digest of what it received, because the value itself would be masked.
 */
const DIGESTS = {
  env: 'printf %s "$KEY" | sha256sum',
  fd: 'sha256sum <&"$KEY"',
  stdin: 'sha256sum',
  file: 'sha256sum "$KEY"; sha256sum < "$KEY"',
} as const;

const PLACES: readonly PlaceKind[] = ['the encrypted file', 'the keyring', 'an agent'];

describe.each(PLACES)('secrets from %s', (kind) => {
  const why = kind === 'the keyring' ? whyNoKeyringSession() : undefined;
  const skipped = skipBecause(`postern run with ${kind}`, why);
  let place: RunPlace;

  beforeAll(async () => {
    if (!skipped) place = await runPlace(kind);
  });

  afterAll(async () => {
    if (!skipped) await place[Symbol.asyncDispose]();
  });

  test.skipIf(skipped).each(Object.entries(DIGESTS))(
    'reach the command via %s',
    async (via, script) => {
      for (const masking of [[], ['--no-masking']]) {
        const options = ['run', '--via', via, '--secret', REFERENCE, ...masking];
        const ended = await place.run([...options, '--', 'sh', '-c', script]);
        expect(ended).toMatchObject({ code: 0, stderr: '' });
        const digests = new Set(ended.stdout.match(/[0-9a-f]{64}/g));
        expect([...digests]).toEqual([digestOf(place.value)]);
      }
    },
  );

  test.skipIf(skipped)('are in the audit log before the command starts, by name', async () => {
    const log = join(place.home, '.local/share/postern/audit');
    const count = (): number =>
      readdirSync(log)
        .filter((name) => name.endsWith('.jsonl'))
        .flatMap((name) => readFileSync(join(log, name), 'utf8').match(/secret\.inject/g) ?? [])
        .length;
    const before = count();
    const script = `cat ${log}/*.jsonl | grep -c secret.inject`;
    const ended = await place.run(['run', '--secret', REFERENCE, '--', 'sh', '-c', script]);
    expect(Number(ended.stdout)).toBe(before + 1);
    expect((await place.audited('secret.inject')).at(-1)).toMatch(/^openai \/.*\/sh$/);
  });

  test.skipIf(skipped)('are in the audit log only if the command gets them', async () => {
    const before = await place.audited('secret.inject');
    const missing = ['--secret', 'NONE=postern://none', '--secret', 'NOR=postern://proxy/nor'];
    const run = ['--secret', REFERENCE, ...missing, '--', 'true'];
    expect(await place.run(['run', ...run])).toMatchObject({ code: 4 });
    const template = '{{ postern://openai }}{{ postern://none }}';
    expect(await place.run(['inject'], { input: template })).toMatchObject({ code: 4, stdout: '' });
    expect(await place.audited('secret.inject')).toEqual(before);
    expect(await place.run(['run', '--allow-missing', ...run])).toMatchObject({ code: 0 });
    const handed = (await place.audited('secret.inject')).slice(before.length);
    expect(handed).toEqual([expect.stringMatching(/^openai \/.*\/true$/)]);
  });

  test.skipIf(skipped)('are masked in its output, however it prints them', async () => {
    const script = `
      const { KEY } = process.env;
      const write = (text) => new Promise((done) => process.stdout.write(text, done));
      for (const letter of KEY) { await write(letter); await new Promise(setImmediate); }
      await write('|' + Buffer.from(KEY).toString('base64') + '|' + encodeURIComponent(KEY));
      const bytes = Buffer.from(KEY);
      const pairs = bytes.toString('hex').match(/../g);
      console.error(JSON.stringify({ KEY }), pairs.join(''), pairs.join(':'), pairs.join(' '));
      const utf16 = Buffer.from(KEY, 'utf16le');
      process.stderr.write(utf16);
      process.stderr.write(Buffer.from(utf16).swap16());
      console.error(bytes.toString('base64url'));`;
    const command = ['node', '--input-type=module', '-e', script];
    const ended = await place.run(['run', '--secret', REFERENCE, '--', ...command]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/\[masked\]\|\[masked\][=]*\|\[masked\]$/);
    place.canary.searchBytes('masked output', ended.stdout);
    place.canary.searchBytes('masked errors', ended.stderr);
  });

  test.skipIf(skipped)('are in no argument list while it runs, and not on the disk', async () => {
    const options = ['run', '--via', 'fd', '--secret', REFERENCE];
    const program = place.start([...options, '--', 'sh', '-c', 'echo ready; exec sleep 60']);
    await program.waitFor(/ready/);
    place.canary.searchProcess(program.pid);
    await program.stop('SIGTERM');
    const inEnvironment = place.start([
      'run',
      '--secret',
      REFERENCE,
      '--',
      'sh',
      '-c',
      'echo ready; exec sleep 60',
    ]);
    await inEnvironment.waitFor(/ready/);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const file = `/proc/${pid}/cmdline`;
      if (existsSync(file)) place.canary.searchBytes(file, readFileSync(file));
    }
    await inEnvironment.stop('SIGTERM');
    // The keyring encrypts its own file.
    place.canary.searchFiles(place.home);
    place.canary.expectNone();
  });
});

describe('the command', () => {
  let place: RunPlace;

  beforeAll(async () => {
    place = await runPlace('an agent');
  });

  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  const shell = async (script: string, options: readonly string[] = []) =>
    await place.run(['run', '--secret', REFERENCE, ...options, '--', 'sh', '-c', script]);

  test('gets no vault credentials and no unresolved references', async () => {
    const environment = {
      POSTERN_PASSPHRASE: 'x',
      POSTERN_OTHER: 'x',
      CREDENTIALS_DIRECTORY: '/nowhere',
      OTHER: 'postern://proxy',
      MINE: 'kept',
    };
    const command = ['run', '--secret', REFERENCE, '--', 'env'];
    const { stdout } = await place.run(command, { environment });
    const names = stdout.split('\n').map((line) => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['KEY', 'MINE', 'PATH', 'HOME']));
    expect(names.filter((name) => name !== undefined && name in environment)).toEqual(['MINE']);
  });

  test('gets only a minimal environment with --clean-env', async () => {
    const environment = { MINE: 'x', LC_ALL: 'C' };
    const command = ['run', '--clean-env', '--secret', REFERENCE, '--', 'env'];
    const { stdout } = await place.run(command, { environment });
    expect(stdout).toMatch(/^KEY=\[masked\]$/m);
    expect(stdout).toMatch(/^PATH=/m);
    expect(stdout).toMatch(/^LC_ALL=/m);
    expect(stdout).not.toMatch(/^MINE=/m);
  });

  test('gets its arguments unchanged, including options and dashes', async () => {
    const words = ['--json', '--', '--secret', 'x=y', '-h', 'two words', '$HOME', '', '--home'];
    const script = 'for word do printf "<%s>" "$word"; done';
    const { stdout } = await place.run(['run', '--', 'sh', '-c', script, 'sh', ...words]);
    expect(stdout).toBe(words.map((word) => `<${word}>`).join(''));
  });

  test("reads Postern's standard input", async () => {
    const options = ['run', '--secret', REFERENCE];
    for (const masking of [[], ['--no-masking']]) {
      const ended = await place.run([...options, ...masking, '--', 'cat'], { input: 'typed\n' });
      expect(ended).toMatchObject({ code: 0, stdout: 'typed\n', stderr: '' });
    }
  });

  test.each([
    ['its code', 'exit 7', 7],
    ['a code that Postern also uses', 'exit 3', 3],
    ['128 and the number of the signal', 'kill -TERM $$', 143],
    ['137 after SIGKILL', 'kill -KILL $$', 137],
  ])('makes Postern exit with %s', async (_name, script, code) => {
    expect(await shell(script)).toMatchObject({ code, stderr: '' });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const)(
    'gets a %s sent to Postern',
    async (signal) => {
      const script = `trap 'echo got it; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const program = place.start(['run', '--secret', REFERENCE, '--', 'sh', '-c', script]);
      await program.waitFor(/ready/);
      program.send(signal);
      expect(await program.ended).toMatchObject({ code: 9, stdout: 'ready\ngot it\n' });
    },
  );

  test('works as the writer of a pipeline', async () => {
    const ended = await shell('yes "$KEY" | head -n 1');
    expect(ended).toMatchObject({ code: 0, stdout: '[masked]\n' });
  });

  test('an env file is safe to commit and lists the secrets', async () => {
    const refs = join(place.home, 'refs.env');
    const lines = [
      '# keys',
      'export KEY=postern://openai',
      'LEVEL="debug"',
      'OTHER=postern://proxy/value',
    ];
    writeFileSync(refs, `${lines.join('\n')}\n`);
    const script = 'echo "$LEVEL $OTHER"; printf %s "$KEY" | sha256sum';
    const ended = await place.run(['run', '--env-file', refs, '--', 'sh', '-c', script]);
    expect(ended.stdout).toBe(`debug [masked]\n${digestOf(place.value)}  -\n`);
  });

  test('a plain key in an env file is masked and reported', async () => {
    const file = join(place.home, 'literal.env');
    const key = `sk-ant-api03-${'Zq7x9Lm2'.repeat(4)}`;
    writeFileSync(file, `A=${key}\nURL=https://host/?key=${key}&x\nLEVEL=debug\n`);
    const script =
      'echo "$A"; echo "$URL" | sed "s/.*=//"; printf %s "$A" | base64 -w0; echo "$LEVEL"';
    const ended = await place.run(['run', '--env-file', file, '--', 'sh', '-c', script]);
    expect(ended).toEqual({
      code: 0,
      signal: null,
      stdout: '[masked]\n[masked]&x\n[masked]debug\n',
      stderr:
        'postern: warning: these env file entries look like keys: A, URL. Store them with postern ' +
        'secret set NAME, and write postern://NAME in the file.\n',
    });
  });

  test("isn't started if a secret is missing, but is with --allow-missing and a warning", async () => {
    const marker = join(place.home, 'started');
    const missing = ['--secret', 'NONE=postern://none', '--secret', 'NOR=postern://openai/nor'];
    const refused = await shell(`touch ${marker}`, missing);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toMatch(/none\/value, openai\/nor.*\[REFERENCES_MISSING\]/);
    expect(existsSync(marker)).toBe(false);
    const started = await shell('echo "${NONE-unset}"', [...missing, '--allow-missing']);
    expect(started).toMatchObject({ code: 0, stdout: 'unset\n' });
    expect(started.stderr).toMatch(/^postern: warning: .*NONE \(postern:\/\/none\/value\)/);
  });

  test('warns about a value that is too short to be masked', async () => {
    await place.run(['secret', 'set', 'pin'], { input: '1234' });
    const ended = await shell('echo "$PIN"', ['--secret', 'PIN=postern://pin']);
    expect(ended.stderr).toMatch(/^postern: warning: too short to be masked .*: PIN\.\n$/);
  });

  test.each([
    [
      'a value instead of a reference',
      ['--secret', 'KEY=sk-value-on-the-line'],
      2,
      'REFERENCE_INVALID',
    ],
    ['an invalid reference', ['--secret', 'KEY=postern://a/b/c'], 2, 'REFERENCE_INVALID'],
    [
      'two secrets for one input',
      ['--via', 'stdin', '--secret', REFERENCE, '--secret', 'B=postern://proxy'],
      2,
      'RUN_STDIN_TAKES_ONE',
    ],
    ['a missing env file', ['--env-file', 'none.env'], 4, 'ENV_FILE_UNREADABLE'],
    ['an unknown --via', ['--via', 'argv'], 2, '[USAGE]'],
  ])('%s starts nothing', async (_name, options, code, word) => {
    const marker = join(place.home, 'not-started');
    const ended = await place.run(['run', ...options, '--', 'touch', marker]);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(word);
    expect(ended.stderr).not.toContain('sk-value-on-the-line');
    expect(existsSync(marker)).toBe(false);
  });

  test.each([
    ["that doesn't exist", 'no-such-command', 127, 'COMMAND_NOT_FOUND'],
    ["that isn't executable", '/etc/passwd', 126, 'COMMAND_NOT_EXECUTABLE'],
  ])('one %s reads no secret from the vault', async (_name, command, code, word) => {
    const before = await place.audited('secret.inject');
    const ended = await place.run(['run', '--secret', REFERENCE, '--', command]);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(word);
    expect(await place.audited('secret.inject')).toEqual(before);
  });
});

describe("a use that can't be recorded", () => {
  test('starts nothing', async () => {
    await using place = await runPlace('the encrypted file');
    writeFileSync(join(place.home, '.local/share/postern/audit/head.json'), '{}\n', {
      mode: 0o600,
    });
    const marker = join(place.home, 'started');
    const ended = await place.run(['run', '--secret', REFERENCE, '--', 'touch', marker]);
    expect(ended.code).toBe(6);
    expect(ended.stderr).toContain('AUDIT_');
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a run without secrets', () => {
  test('needs no vault', async () => {
    await using place = await runPlace('the encrypted file');
    const home = join(place.home, 'none');
    mkdirSync(home);
    const ended = await place.run(['--home', home, 'run', '--', 'echo', 'hello']);
    expect(ended).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' });
  });
});
