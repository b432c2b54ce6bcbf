import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  skipBecause,
  startPostern,
  startProgram,
  startTmuxScreen,
  upPostern,
  testProgram,
  whyNoPrograms,
  type FreshHome,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PASSPHRASE = 'PASS-of-the-memory-test-4711';
const VALUE = 'sk-VALUE-of-the-memory-test-0815';
const isLinux = process.platform === 'linux';
const whyNotLinux = isLinux ? undefined : 'it reads /proc';

let home: FreshHome;

beforeAll(async () => {
  home = freshHome();
  const set = await runPostern(['secret', 'set', 'marked'], {
    environment: home.environment,
    passphrase: PASSPHRASE,
    input: VALUE,
  });
  expect(set).toMatchObject({ code: 0 });
});
afterAll(() => {
  home[Symbol.dispose]();
});

/** Returns the written memory of a process, one region at a time. */
function* memoryOf(pid: number): Generator<Buffer> {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const regions = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-)/m);
    for (const region of regions) {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(region) ?? [];
      const isFilled = /^(?:Rss|Swap): +[1-9]/m.test(region);
      if (from === '' || !isFilled) continue;
      const begin = BigInt(`0x${from}`);
      const bytes = Buffer.alloc(Number(BigInt(`0x${to}`) - begin));
      yield bytes.subarray(0, readAt(memory, bytes, begin));
    }
  } finally {
    closeSync(memory);
  }
}

/** Returns 0 for a region that no longer exists. */
function readAt(file: number, bytes: Buffer, position: bigint): number {
  try {
    return readSync(file, bytes, 0, bytes.length, position);
  } catch {
    return 0;
  }
}

/** The two encodings of a text in the memory of a JavaScript engine. */
const formsOf = (text: string): readonly Buffer[] => [
  Buffer.from(text, 'latin1'),
  Buffer.from(text, 'utf16le'),
];

/** Counts the regions of a process's memory that contain a text. */
function timesInMemory(pid: number, text: string): number {
  const forms = formsOf(text);
  let times = 0;
  for (const bytes of memoryOf(pid)) if (forms.some((form) => bytes.includes(form))) times += 1;
  return times;
}

describe.skipIf(skipBecause('the memory of a process', whyNotLinux))('after unlocking', () => {
  const given = (): { environment: FreshHome['environment']; passphrase: string } => ({
    environment: home.environment,
    passphrase: PASSPHRASE,
  });

  test("the app's memory doesn't contain a passphrase from a descriptor", async () => {
    await using up = await upPostern(given());
    expect(await runPostern(['secret', 'get', 'marked', '--raw'], given())).toMatchObject({
      stdout: VALUE,
    });
    // Shows that the search works: it finds the value that was just read.
    expect(timesInMemory(up.program.pid, VALUE)).toBeGreaterThan(0);
    expect(timesInMemory(up.program.pid, PASSPHRASE)).toBe(0);
  });

  test("an agent's memory doesn't contain a passphrase from a descriptor", async () => {
    await using agent = startPostern(['agent', '--ttl', '1h'], given());
    await agent.waitFor(/The vault is unlocked/);
    expect(timesInMemory(agent.pid, PASSPHRASE)).toBe(0);
  });

  test('a worker of serve and, once the vault is locked, the process that starts them do not contain it', async () => {
    const serve = ['serve', '--port', '0', '--workers', '2'];
    await using program = startPostern(serve, given());
    await program.waitFor(/Gateway\s+http/);
    const children = `/proc/${program.pid}/task/${program.pid}/children`;
    const workers = readFileSync(children, 'latin1').trim().split(' ').map(Number);
    expect(workers.map((worker) => timesInMemory(worker, PASSPHRASE))).toEqual([0, 0]);
    // To start another worker, if one ends.
    expect(timesInMemory(program.pid, PASSPHRASE)).toBeGreaterThan(0);
    expect(await runPostern(['vault', 'lock'], given())).toMatchObject({ code: 0 });
    expect(timesInMemory(program.pid, PASSPHRASE)).toBe(0);
  });

  test.skipIf(skipBecause('typed passphrases', whyNoPrograms(['tmux'])))(
    "an agent's memory doesn't contain a typed passphrase",
    async () => {
      await using screen = await startTmuxScreen({
        directory: home.path,
        environment: home.environment,
        shell: `echo pid=$$; exec '${process.execPath}' '${testProgram()}' agent --ttl 1h`,
        columns: 100,
        rows: 30,
      });
      await screen.waitFor(/Passphrase:/);
      await screen.press('-l', '--', PASSPHRASE);
      await screen.press('Enter');
      const [, pid] = /pid=(\d+)/.exec(await screen.waitFor(/The vault is unlocked/)) ?? [];
      expect(timesInMemory(Number(pid), PASSPHRASE)).toBe(0);
    },
  );
});

const PATTERN = '/proc/sys/kernel/core_pattern';
const whyNoDumps =
  whyNotLinux ??
  (/^[\w.%-]+\n$/.test(readFileSync(PATTERN, 'latin1'))
    ? undefined
    : 'core dumps of this machine are not written to the working directory');

describe.skipIf(skipBecause('core dumps', whyNoDumps))('a core dump', () => {
  test('contains neither keys nor the passphrase', async () => {
    const { environment, path } = home;
    const script = 'ulimit -c unlimited && exec "$@"';
    const agent = [testProgram(), '--passphrase-fd', '3', 'agent', '--ttl', '1h'];
    await using program = startProgram('sh', ['-c', script, 'sh', process.execPath, ...agent], {
      environment,
      directory: path,
      descriptors: [PASSPHRASE],
    });
    await program.waitFor(/The vault is unlocked/);
    const got = await runPostern(['secret', 'get', 'marked', '--raw'], { environment });
    expect(got).toMatchObject({ stdout: VALUE });
    expect(timesInMemory(program.pid, VALUE)).toBeGreaterThan(0);
    await program.stop('SIGABRT');
    const dumps = readdirSync(path).filter((name) => name.startsWith('core'));
    expect(dumps).toHaveLength(1);
    const dump = readFileSync(join(path, dumps[0] ?? ''));
    for (const text of [VALUE, PASSPHRASE]) {
      expect(formsOf(text).filter((bytes) => dump.includes(bytes))).toEqual([]);
    }
  });

  test.each([[[]], [['--no-masking']]])(
    'of a command of run %j has the same filter as without Postern',
    async (options) => {
      const ended = await runPostern(
        ['run', ...options, '--', 'cat', '/proc/self/coredump_filter'],
        {
          environment: home.environment,
        },
      );
      expect(ended.stdout).toBe(readFileSync('/proc/self/coredump_filter', 'latin1'));
    },
  );
});
