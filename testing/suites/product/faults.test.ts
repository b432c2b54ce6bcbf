import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  freshHome,
  mountSmallDisk,
  runPostern,
  skipBecause,
  upPostern,
  whyNoSmallDisk,
  type Ended,
  type FreshHome,
  type SmallDisk,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';

let home: FreshHome;
let environment: { readonly environment: FreshHome['environment'] };

beforeEach(() => {
  home = freshHome();
  ({ environment } = { environment: { environment: home.environment } });
});

afterEach(() => {
  home[Symbol.dispose]();
});

const dataDir = (): string => join(home.path, '.local', 'share', 'postern');

/** Returns every file below a directory and its content. */
function snapshot(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter(
        (entry) =>
          entry.isFile() && !entry.name.endsWith('.lock') && !/-(shm|wal)$/.test(entry.name),
      )
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

async function makeVault(): Promise<void> {
  const made = await runPostern(['secret', 'set', 'openai'], {
    ...environment,
    passphrase: PASSPHRASE,
    input: 'sk-a-value-that-is-long-enough',
  });
  expect(made).toMatchObject({ code: 0 });
}

function expectOneLine(ended: Ended, exitCode: number, words: RegExp): void {
  expect(ended.stderr).toMatch(words);
  expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  expect(ended.code).toBe(exitCode);
}

function smallDisk(bytes: number): SmallDisk & Disposable {
  const disk = mountSmallDisk(bytes);
  return {
    ...disk,
    [Symbol.dispose]: () => {
      disk.unmount();
    },
  };
}

/** Fills the disk. */
function fill(path: string): void {
  const file = join(path, 'filler');
  for (const size of [65_536, 1024, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size));
    } catch {
      // Full for pieces of this size; smaller ones may still fit.
    }
  }
}

describe('a failure prints one line with a remedy and loses no data', () => {
  test('a second start says how to get a link and prints no launch code', async () => {
    await using first = await upPostern(environment);
    const second = await runPostern(['up', '--no-open'], environment);
    expectOneLine(second, 7, /already running.*postern open.*postern stop.*ALREADY_RUNNING/);
    expect(second.stdout + second.stderr).not.toContain('launch=');
    expect(first.launchUrl).toContain('launch=');
  });

  test('lets exactly one of two concurrent starts succeed', async () => {
    const starts = await Promise.allSettled([upPostern(environment), upPostern(environment)]);
    const won = starts.filter((start) => start.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const start of won) await start.value.stop();
  });

  test('a taken port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const ended = await runPostern(['up', '--no-open', '--port', port], environment);
    expectOneLine(ended, 7, new RegExp(`port ${port}.*--port N.*PORT_TAKEN`));
    server.close();
  });

  test.skipIf(skipBecause('a read-only home', whyNoSmallDisk()))('a read-only home', async () => {
    using disk = smallDisk(2 * 1024 * 1024);
    disk.makeReadOnly();
    const onDisk = ['--home', join(disk.path, 'home')];
    const ended = await runPostern([...onDisk, 'up', '--no-open'], environment);
    expectOneLine(ended, 9, /Can't write .*--home DIR.*HOME_READ_ONLY/);
  });

  test('a configuration with a mistake', async () => {
    mkdirSync(join(home.path, '.config', 'postern'), { recursive: true });
    writeFileSync(join(home.path, '.config', 'postern', 'config.json'), '{"prot": 1}');
    const ended = await runPostern(['up', '--no-open'], environment);
    expectOneLine(ended, 2, /config\.json: prot: unknown key.*CONFIG_INVALID/);
  });

  test.each([['slots.json'], ['secrets.jwe.json']])('%s cut in half', async (file) => {
    await makeVault();
    const path = join(dataDir(), 'vault', file);
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    // Not the audit log: if the slots are intact, the vault is unlocked, and that is recorded.
    const vault = join(dataDir(), 'vault');
    const before = snapshot(vault);
    const ended = await runPostern(['secret', 'list'], { ...environment, passphrase: PASSPHRASE });
    expectOneLine(ended, 6, /VAULT_DAMAGED/);
    expect(snapshot(vault)).toEqual(before);
  });

  test('a wrong passphrase changes nothing on the disk', async () => {
    await makeVault();
    const before = snapshot(dataDir());
    for (const command of [
      ['secret', 'list'],
      ['secret', 'rm', 'openai', '--yes'],
      ['key', 'create', 'x', '--all-models'],
    ]) {
      const ended = await runPostern(command, { ...environment, passphrase: 'another passphrase' });
      expectOneLine(ended, 8, /VAULT_WRONG_PASSPHRASE/);
    }
    expect(snapshot(dataDir())).toEqual(before);
  });

  test('a corrupt database prevents the start and is left unchanged', async () => {
    await makeVault();
    {
      await using postern = await upPostern({ ...environment, passphrase: PASSPHRASE });
      expect(postern.address).toMatch(/^http/);
    }
    const path = join(dataDir(), 'conversations.db');
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 0, 4096);
    writeFileSync(path, bytes);
    chmodSync(path, 0o600);
    const before = snapshot(dataDir());
    const ended = await runPostern(['up', '--no-open'], { ...environment, passphrase: PASSPHRASE });
    expectOneLine(ended, 6, /conversations.*DATABASE_/);
    expect(snapshot(dataDir())).toEqual(before);
  });

  test.skipIf(skipBecause('a full disk', whyNoSmallDisk()))('a full disk', async () => {
    using disk = smallDisk(2 * 1024 * 1024);
    const onDisk = ['--home', join(disk.path, 'home')];
    const first = await runPostern([...onDisk, 'secret', 'set', 'openai'], {
      ...environment,
      passphrase: PASSPHRASE,
      input: 'sk-a-value-that-is-long-enough',
    });
    expect(first).toMatchObject({ code: 0 });
    fill(disk.path);
    const full = await runPostern([...onDisk, 'secret', 'set', 'groq', '--force'], {
      ...environment,
      passphrase: PASSPHRASE,
      input: `gsk_${'x'.repeat(60_000)}`,
    });
    expectOneLine(full, 9, /DISK_FULL/);
    // A value is only returned once its use is recorded, which isn't possible now.
    const unrecorded = await runPostern([...onDisk, 'secret', 'get', 'openai', '--raw'], {
      ...environment,
      passphrase: PASSPHRASE,
    });
    expect(unrecorded.stdout).toBe('');
    expectOneLine(unrecorded, 9, /DISK_FULL/);
    rmSync(join(disk.path, 'filler'));
    const kept = await runPostern([...onDisk, 'secret', 'get', 'openai', '--raw'], {
      ...environment,
      passphrase: PASSPHRASE,
    });
    expect(kept.stdout).toBe('sk-a-value-that-is-long-enough');
  });
});
