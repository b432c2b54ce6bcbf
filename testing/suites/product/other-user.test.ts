import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freshHome,
  chownTree,
  allowTraversal,
  OTHER_USER,
  runPostern,
  runProgram,
  skipBecause,
  SOME_USER,
  startProgram,
  upPostern,
  whyNoOtherUser,
  type FreshHome,
  type PosternOptions,
  type RunningProgram,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shortName } from '@postern/app';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-a-value-that-is-long-enough';

let home: FreshHome;
/** A directory in which everyone can create files, like /tmp. */
let shared: string;
/** The temporary directory of a test run is otherwise private. */
let traversal: Disposable;
const listeners: RunningProgram[] = [];

beforeEach(() => {
  traversal = allowTraversal(tmpdir());
  home = freshHome();
  shared = mkdtempSync(join(tmpdir(), 'postern-shared-'));
  chmodSync(shared, 0o1777);
});

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.stop();
  home[Symbol.dispose]();
  rmSync(shared, { recursive: true, force: true });
  traversal[Symbol.dispose]();
});

const dataDir = (): string => join(home.path, '.local', 'share', 'postern');

/** The options of a command run by this user, with the given runtime directory or none. */
function optionsOf(user: number | undefined, runtimeDir: string | undefined): PosternOptions {
  // Programs treat an empty variable as unset.
  const runtime = { XDG_RUNTIME_DIR: runtimeDir ?? '' };
  return {
    environment: { ...home.environment, TMPDIR: shared, ...runtime },
    passphrase: PASSPHRASE,
    ...(user === undefined ? {} : { user }),
  };
}

/**
 * Creates this directory and listens on `control.sock` in it, for everyone. It answers as an
 * unlocked vault with forged values, and prints everything it receives.
 */
const SQUATTER = `
const { chmodSync, mkdirSync } = require('node:fs');
const { createServer } = require('node:net');
const [base, name] = process.argv.slice(1);
process.umask(0);
const directory = base + '/' + name;
mkdirSync(directory, { recursive: true });
const record = { name: 'openai', fields: { value: 'forged' }, createdAtMs: 1, updatedAtMs: 1 };
const body = (path) => JSON.stringify(
  path === '/status' ? { unlocked: true, storage: 'file', pid: 1, address: 'http://forged' }
  : path === '/launch' ? { url: 'http://127.0.0.1:1/#launch=forged' }
  : path === '/vault/secrets/get' ? record : {});
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    process.stdout.write('got ' + chunk.toString('latin1'));
    const path = /^[A-Z]+ (\\S+)/.exec(chunk.toString('latin1'))?.[1];
    socket.end('HTTP/1.1 200 OK\\r\\n\\r\\n' + body(path));
  });
}).listen(directory + '/control.sock', () => {
  chmodSync(directory + '/control.sock', 0o777);
  process.stdout.write('listening');
});
`;

async function squat(user: number | undefined, base: string, name: string): Promise<void> {
  const listener = startProgram(process.execPath, ['-e', SQUATTER, base, name], {
    environment: {},
    ...(user === undefined ? {} : { user }),
  });
  listeners.push(listener);
  await listener.waitFor(/listening/);
}

/** Everything that the listeners received. */
const received = (): string =>
  listeners.map((each) => each.stdout().slice('listening'.length)).join();

/** Creates, uses and locks a vault, and checks that no listener interfered. */
async function expectUndisturbed(options: PosternOptions): Promise<void> {
  const set = await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
  expect(set).toMatchObject({ code: 0 });
  const get = await runPostern(['secret', 'get', 'openai', '--raw'], options);
  expect(get).toMatchObject({ code: 0, stdout: VALUE });
  const lock = await runPostern(['vault', 'lock'], options);
  expect(lock.stdout).toBe('The vault was already locked.\n');
  expect((await runPostern(['open'], options)).stderr).toContain('NOT_RUNNING');
  const status = await runPostern(['status', '--json'], options);
  expect(JSON.parse(status.stdout)).toMatchObject({ running: null, vault: 'locked' });
  expect(received()).toBe('');
}

describe('a listener that another user put in place of the socket', () => {
  const places: readonly (readonly [string, () => readonly [string, string, string?]])[] = [
    [
      'in the directory for temporary files',
      () => [join(shared, `postern-${String(SOME_USER)}`), shortName(dataDir())],
    ],
    [
      "in the other user's runtime directory, if the variable names it",
      () => {
        const runtime = join(shared, 'runtime');
        return [runtime, join('postern', shortName(dataDir())), runtime];
      },
    ],
  ];

  test.skipIf(skipBecause('another user at the socket', whyNoOtherUser())).each(places)(
    '%s receives nothing, and its messages are ignored',
    async (_name, placeOf) => {
      const [base, name, runtimeDir] = placeOf();
      await squat(OTHER_USER, base, name);
      chownTree(SOME_USER, home.path);
      await expectUndisturbed(optionsOf(SOME_USER, runtimeDir));
    },
  );

  // The same without another user: in a world-writable directory, anyone can create the socket.
  test('receives nothing in a world-writable runtime directory', async () => {
    const runtime = join(shared, 'runtime');
    await squat(undefined, runtime, join('postern', shortName(dataDir())));
    await expectUndisturbed(optionsOf(undefined, runtime));
  });
});

describe.skipIf(skipBecause('a home that another user made', whyNoOtherUser()))(
  'a home that another user created',
  () => {
    test('is rejected with a remedy, and never changed', async () => {
      chownTree(SOME_USER, home.path);
      const foreign = join(shared, 'home');
      mkdirSync(join(foreign, 'data'), { recursive: true });
      chownTree(OTHER_USER, foreign);
      for (const path of [foreign, join(foreign, 'data')]) chmodSync(path, 0o777);
      const options = optionsOf(SOME_USER, undefined);
      const there = ['--home', foreign];
      const set = await runPostern([...there, 'secret', 'set', 'openai'], {
        ...options,
        input: VALUE,
      });
      expect(set.stderr).toMatch(/isn't a directory that you own.*--home DIR.*\[HOME_FOREIGN\]/);
      expect(set).toMatchObject({ code: 9, stdout: '' });
      const doctor = await runPostern([...there, 'doctor'], options);
      expect(doctor.stdout).toMatch(
        new RegExp(`${foreign} belongs to another user \\(id ${String(OTHER_USER)}\\)`),
      );
      expect(doctor.stdout).not.toMatch(/chown|chmod|\brm\b|sudo/);
    });

    test("isn't used through a link that the other user created", async () => {
      chownTree(SOME_USER, home.path);
      const own = join(home.path, 'elsewhere');
      mkdirSync(own, { mode: 0o700 });
      chownTree(SOME_USER, own);
      const link = join(shared, 'link');
      const made = await runProgram('ln', ['-s', own, link], {
        environment: home.environment,
        user: OTHER_USER,
      });
      expect(made).toMatchObject({ code: 0 });
      const options = optionsOf(SOME_USER, undefined);
      const set = await runPostern(['--home', link, 'secret', 'set', 'openai'], {
        ...options,
        input: VALUE,
      });
      expect(set.stderr).toMatch(/a link that another user made.*\[HOME_FOREIGN\]/);
    });
  },
);

describe.skipIf(skipBecause('a user id without an entry', whyNoOtherUser()))(
  'a user id without an entry in the user database',
  () => {
    test("runs Postern, whose socket another such user can't reach", async () => {
      chownTree(SOME_USER, home.path);
      const options = optionsOf(SOME_USER, undefined);
      await runPostern(['secret', 'set', 'openai'], { ...options, input: VALUE });
      await using postern = await upPostern(options);
      // No passphrase is needed because the running process answers on the socket.
      const asked = { environment: options.environment, user: SOME_USER };
      const get = await runPostern(['secret', 'get', 'openai', '--raw'], asked);
      expect(get).toMatchObject({ code: 0, stdout: VALUE });
      const script =
        "require('node:net').connect(process.argv[1]).on('error', (e) => console.log(e.code))";
      const socket = join(dataDir(), 'run', 'control.sock');
      const tried = await runProgram(process.execPath, ['-e', script, socket], {
        environment: {},
        user: OTHER_USER,
      });
      expect(tried.stdout).toBe('EACCES\n');
      expect(postern.address).toMatch(/^http/);
    });
  },
);
