import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  type FreshHome,
} from '@postern/testing';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const Findings = v.object({
  healthy: v.boolean(),
  findings: v.array(
    v.strictObject({
      about: v.string(),
      level: v.picklist(['ok', 'warn', 'fail']),
      message: v.string(),
      fix: v.optional(v.string()),
    }),
  ),
});
const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-ant-api03-0123456789012345678901234567890123456789';

let home: FreshHome;

beforeEach(() => {
  home = freshHome();
});

afterEach(() => {
  home[Symbol.dispose]();
});

const run = async (parameters: readonly string[], input?: string) =>
  await runPostern(parameters, {
    environment: home.environment,
    passphrase: PASSPHRASE,
    ...(input === undefined ? {} : { input }),
  });

const dataDir = (): string => join(home.path, '.local', 'share', 'postern');

describe('auth storage status', () => {
  test('without a vault reports a safe state and creates nothing', async () => {
    const ended = await run(['auth', 'storage', 'status', '--json']);
    expect(ended).toMatchObject({ code: 0 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ safe: true, state: 'absent', slots: [] });
    expect(existsSync(dataDir())).toBe(false);
  });

  test('shows ages and key slots if it unlocks without a passphrase, otherwise no ages', async () => {
    expect(await run(['secret', 'set', 'anthropic'], VALUE)).toMatchObject({ code: 0 });
    const open = await run(['auth', 'storage', 'status', '--json']);
    expect(open).toMatchObject({ code: 0 });
    expect(JSON.parse(open.stdout)).toMatchObject({
      backend: 'file',
      state: 'unlockable',
      slots: [{ kind: 'passphrase' }, { kind: 'recovery' }],
      credentials: [{ name: 'anthropic', ageDays: 0 }],
    });
    expect(open.stdout).not.toContain(VALUE);
    const locked = await runPostern(['auth', 'storage', 'status'], {
      environment: home.environment,
    });
    expect(locked).toMatchObject({ code: 0 });
    expect(locked.stdout).toMatch(/warn {2}Vault: it is locked.* Fix: postern vault unlock/);
  });

  test('reports an old credential as advice, and open files and leftovers as unsafe', async () => {
    const source = join(home.path, 'api_keys.enc');
    // Encrypted in 2023, which is therefore the age of its content.
    const sealed =
      'gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD-kjjkR9hsUsFaqyq5YKG2BO9fx9eKzw3I1EBbDAnj2nCYFQeGmpOY7twntPcRA6FhGw3Cxm2cQk7XcVqwCQur0DcMkY2bbMkppsXyiHXbM-';
    writeFileSync(source, sealed);
    writeFileSync(join(home.path, '.key_salt'), Buffer.from([...Array(16).keys()]));
    expect(await run(['secret', 'import', source])).toMatchObject({ code: 0 });
    const old = await run(['auth', 'storage', 'status']);
    expect(old.stdout).toMatch(/warn {2}Age: openai is \d+ days old; .*secret rotate openai/);
    expect(old).toMatchObject({ code: 0 });

    const slots = join(dataDir(), 'vault', 'slots.json');
    chmodSync(slots, 0o644);
    mkdirSync(join(home.path, '.claude-gate'));
    const auth = join(home.path, '.claude-gate', 'auth.json');
    writeFileSync(auth, JSON.stringify({ anthropic: { type: 'api', key: VALUE } }));
    const unsafe = await run(['auth', 'storage', 'status']);
    expect(unsafe).toMatchObject({ code: 1 });
    expect(unsafe.stdout).toContain(`(mode 644). Fix: chmod go= '${slots}'`);
    expect(unsafe.stdout).toContain(`${auth} contains keys in plain text`);
    expect(unsafe.stdout).toContain(`secret import '${join(home.path, '.claude-gate')}' --destroy`);
    expect(unsafe.stdout).not.toContain(VALUE);
  });
});

describe('auth storage test', () => {
  test('returns the test value from the encrypted file and keeps no copy', async () => {
    expect(await run(['auth', 'storage', 'test'])).toMatchObject({ code: 4 });
    expect(await run(['secret', 'set', 'anthropic'], VALUE)).toMatchObject({ code: 0 });
    const tested = await run(['auth', 'storage', 'test', '--json']);
    expect(tested).toMatchObject({ code: 0 });
    expect(JSON.parse(tested.stdout)).toMatchObject({ backend: 'file', works: true });
    const listed = await run(['secret', 'list']);
    expect(listed.stdout).not.toContain('probe');
  });

  test.skipIf(skipBecause('the storage test over GNOME Keyring', whyNoKeyringSession()))(
    'does the same with the keyring, and reports a locked keyring',
    async () => {
      await using session = await startKeyringSession('unlocked');
      const options = { environment: session.environment };
      const set = await runPostern(['secret', 'set', 'anthropic'], { ...options, input: VALUE });
      expect(set).toMatchObject({ code: 0 });
      const tested = await runPostern(['auth', 'storage', 'test'], options);
      expect(tested).toMatchObject({ code: 0 });
      expect(tested.stdout).toMatch(/keyring storage works/);
      await session.lock();
      expect(await runPostern(['auth', 'storage', 'test'], options)).toMatchObject({ code: 3 });
      const status = await runPostern(['auth', 'storage', 'status'], options);
      expect(status).toMatchObject({ code: 1 });
      expect(status.stdout).toMatch(/fail {2}Vault: .*locked.* Fix: /);
    },
  );
});

describe('looking', () => {
  test.each(['status', 'doctor', 'auth storage status'])(
    'creates nothing in a missing home: %s',
    async (command) => {
      expect(await run(command.split(' '))).toMatchObject({ code: 0 });
      expect(existsSync(dataDir())).toBe(false);
      expect(existsSync(join(home.path, '.config', 'postern'))).toBe(false);
    },
  );
});

describe('doctor', () => {
  test('gives every line a level and every problem a fix, and finds a damaged database', async () => {
    expect(await run(['key', 'create', 'laptop', '--all-models'])).toMatchObject({ code: 0 });
    const healthy = await run(['doctor', '--json']);
    expect(healthy).toMatchObject({ code: 0 });
    const findings = v.parse(Findings, JSON.parse(healthy.stdout)).findings;
    for (const about of ['Node', 'Configuration', 'Port', 'Keyring', 'Vault', 'Database']) {
      expect(findings.map((finding) => finding.about)).toContain(about);
    }
    for (const { level, fix } of findings) expect(fix === undefined).toBe(level === 'ok');

    const path = join(dataDir(), 'gateway.db');
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 0, 4096);
    writeFileSync(path, bytes);
    const broken = await run(['doctor']);
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.stdout).toMatch(/fail {2}Database: .* Fix: /);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('reports an invalid configuration in a line and continues the checks', async () => {
    mkdirSync(join(home.path, '.config', 'postern'), { recursive: true });
    writeFileSync(join(home.path, '.config', 'postern', 'config.json'), '{"prot": 1}');
    const ended = await run(['doctor']);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout).toMatch(/fail {2}Configuration: .*prot: unknown key.* Fix: /);
    expect(ended.stdout).toMatch(/ok {4}Node: /);
  });
});
