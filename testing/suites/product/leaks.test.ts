import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import { SESSION_HEADER } from '@postern/protocol';
import {
  freshHome,
  leakCanary,
  runPostern,
  skipBecause,
  startPostern,
  startFakeUpstream,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  type FakeUpstream,
  type LeakCanary,
  type PosternOptions,
  type PosternUp,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';

/*
 * One run of the product in which every secret and every prompt is marked. During and after the
 * run, the test searches for the marks wherever they must not be.
 */

interface Marks {
  readonly passphrase: string;
  readonly backupPassphrase: string;
  readonly providerKey: string;
  readonly storedSecret: string;
  readonly prompt: string;
  readonly answer: string;
  readonly gatewayPrompt: string;
}

interface Scene {
  readonly canary: LeakCanary;
  readonly marks: Marks;
  readonly options: PosternOptions;
  readonly home: string;
  readonly upstream: FakeUpstream;
}

function plantAll(canary: LeakCanary): Marks {
  return {
    passphrase: canary.plant('the passphrase', (mark) => `correct ${mark} staple`),
    backupPassphrase: canary.plant('the passphrase of a backup', (mark) => `seven ${mark} owls`),
    providerKey: canary.plant('the provider key', (mark) => `sk-${mark}`),
    storedSecret: canary.plant('a stored secret', (mark) => `sk-ant-api03-${mark}`),
    prompt: canary.plant('a prompt', (mark) => `Say ${mark} three times`),
    answer: canary.plant('an answer', (mark) => `Here it is: ${mark}`),
    gatewayPrompt: canary.plant('a prompt through the gateway'),
  };
}

const field = (value: JsonValue, name: string): string => {
  const found = isJsonObject(value) ? value[name] : undefined;
  if (typeof found !== 'string') throw new TypeError(`no text "${name}" in the answer`);
  return found;
};

async function setUp(scene: Scene, app: AppClient, storage: 'file' | 'keyring'): Promise<void> {
  const { canary, marks, upstream } = scene;
  const { passphrase } = marks;
  const answer = await app.request('POST', '/api/setup', { storage, passphrase });
  const code = field(answer, 'recoveryCode');
  canary.watch('the recovery code', code);
  canary.watch('the recovery code without dashes', code.replaceAll('-', ''));
  await app.request('POST', '/api/providers', {
    id: 'fake',
    label: 'Fake',
    dialect: 'openai-chat',
    auth: 'bearer',
    baseUrl: upstream.baseUrls['openai-chat'],
  });
  const view = await app.request('PUT', '/api/providers/fake/key', { key: marks.providerKey });
  canary.searchBytes('the answer to a stored key', JSON.stringify(view));
}

async function converse({ canary, marks, upstream }: Scene, app: AppClient): Promise<void> {
  const created = await app.request('POST', '/api/conversations', {});
  const id = field(created, 'id');
  const turn = { parentId: null, text: marks.prompt, provider: 'fake', model: 'any' };
  upstream.next({ kind: 'answer', parts: [{ kind: 'text', text: marks.answer }] });
  await app.turn(id, turn);
  upstream.next({ kind: 'error', status: 401, message: `no such key: ${marks.providerKey}` });
  const events = await app.turn(id, { ...turn, branch: true });
  const refused = events.filter((event) => field(event, 'kind') === 'answer');
  canary.searchBytes('a refused turn', JSON.stringify(refused));
  for (const path of ['/api/state', '/api/providers', '/api/models', '/api/settings']) {
    canary.searchBytes(path, JSON.stringify(await app.request('GET', path)));
  }
}

async function useGateway({ canary, marks, options }: Scene, up: PosternUp): Promise<void> {
  const made = await runPostern(['key', 'create', 'laptop', '--all-models', '--json'], options);
  const [key = ''] = /sk-postern-[\w-]+/.exec(made.stdout) ?? [];
  canary.watch('the gateway key', key);
  canary.searchBytes('the other output of key create', made.stderr);
  const ask = async (bearer: string, body: string): Promise<Response> =>
    await fetch(`${up.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body,
    });
  const body = (model: string, stream = false): string =>
    JSON.stringify({ model, stream, messages: [{ role: 'user', content: marks.gatewayPrompt }] });
  for (const stream of [false, true]) {
    const response = await ask(key, body('fake/any', stream));
    expect(response.status).toBe(200);
    await response.text();
    canary.searchBytes('the head of an answer', JSON.stringify([...response.headers]));
  }
  const refused = [
    await ask(
      canary.plant('an unknown key', (mark) => `sk-postern-${mark}`),
      body('fake/any'),
    ),
    await ask(key, body(canary.plant('an unknown model'))),
    await ask(key, `{"model":"fake/any","messages":"${marks.gatewayPrompt}`),
    await ask(key, body('no-such-provider/any')),
  ];
  for (const response of refused) {
    expect(response.status).toBeGreaterThanOrEqual(400);
    const headers = JSON.stringify([...response.headers]);
    canary.searchBytes('a refused request', `${headers}${await response.text()}`);
  }
  const models = await fetch(`${up.address}/v1/models`, { headers: { 'x-api-key': key } });
  canary.searchBytes('the list of models', await models.text());
}

/** Imports a key, rotates it, calls the gateway with both texts, and reads everything that is known of them. */
async function useImportedKey({ canary, options }: Scene, address: string): Promise<void> {
  const imported = canary.plant('an imported key', (mark) => `cc-${mark}-0Kx9ZqT4`);
  const swapped = canary.plant('a key as a name', (mark) => `sk-ant-api03-${mark}`);
  const run = async (parameters: readonly string[], code: number, input?: string) => {
    const given = input === undefined ? options : { ...options, input };
    const ended = await runPostern(parameters, given);
    expect(ended, parameters.join(' ')).toMatchObject({ code });
    canary.searchBytes(`the notes of ${parameters.slice(0, 2).join(' ')}`, ended.stderr);
    return ended.stdout;
  };
  const search = async (parameters: readonly string[], code: number, input?: string) => {
    const stdout = await run(parameters, code, input);
    canary.searchBytes(`the output of ${parameters.slice(0, 2).join(' ')}`, stdout);
  };
  const all = ['key', 'import', '-', '--all', '--all-models'];
  await search(all, 0, `client ${imported}\n`);
  await search(all, 1, `client ${imported}\n`);
  await search(all, 6, `${swapped} client\n`);
  const rotated = await run(['key', 'rotate', 'client', '--json'], 0);
  const [key = ''] = /sk-postern-[\w-]+/.exec(rotated) ?? [];
  canary.watch('a rotated key', key);
  for (const bearer of [imported, key]) {
    const headers = { authorization: `Bearer ${bearer}` };
    const response = await fetch(`${address}/v1/models`, { headers });
    expect(response.status).toBe(200);
    canary.searchBytes('the list of models of a client', await response.text());
  }
  for (const option of ['--only', '--model', '--address', '--origin', '--budget', '--expires']) {
    const typed = canary.plant(`a text after ${option}`, (mark) => `sk-ant-api03-${mark}`);
    const command = option === '--only' ? ['import', '-', '--all-models'] : ['update', 'client'];
    const { code, stdout, stderr } = await runPostern(['key', ...command, option, typed], {
      ...options,
      input: `client ${imported}\n`,
    });
    expect(code, option).not.toBe(0);
    canary.searchBytes(`a refused ${option}`, stdout + stderr);
  }
  await search(['key', 'list'], 0);
  await search(['key', 'show', 'client', '--json'], 0);
  for (const form of ['--csv', '--json']) await search(['usage', '--by', 'key', form], 0);
  await search(['audit', 'tail'], 0);
}

/** The gateway alone, with the same home. */
async function serveAlone(scene: Scene): Promise<void> {
  const { canary, home } = scene;
  const options = { ...scene.options, passphrase: scene.marks.passphrase };
  const program = startPostern(['serve', '--port', '0'], options);
  const [, address = ''] = await program.waitFor(/Gateway\s+(http:\S+)\/v1\s/);
  await useImportedKey({ ...scene, options }, address);
  canary.searchProcess(program.pid);
  const { stdout, stderr } = await program.stop();
  canary.searchBytes('the output of postern serve', stdout + stderr);
  canary.searchFiles(home);
}

async function runCommands({ canary, marks, options }: Scene): Promise<void> {
  const input = marks.storedSecret;
  const wrong = canary.plant('a wrong passphrase');
  const commands: readonly (readonly [readonly string[], PosternOptions])[] = [
    [['secret', 'set', 'anthropic'], { ...options, input }],
    [['secret', 'set', 'openai'], { ...options, input: canary.plant('a value of another form') }],
    [['secret', 'list'], options],
    [['secret', 'list', '--json'], options],
    [['status', '--json'], options],
    [['key', 'list', '--json'], options],
    [['secret', 'get', 'nothing'], options],
    [['vault', 'lock'], options],
    [['secret', 'list'], { ...options, passphrase: wrong }],
    [['status'], options],
  ];
  for (const [parameters, given] of commands) {
    const { stdout, stderr } = await runPostern(parameters, given);
    canary.searchBytes(`postern ${parameters.join(' ')}`, stdout + stderr);
  }
}

/** Makes a backup as the page does, which takes another process. */
async function backUp({ canary, marks }: Scene, app: AppClient, up: PosternUp): Promise<void> {
  const { passphrase, backupPassphrase } = marks;
  const response = await fetch(`${up.pageAddress}/api/backups`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: app.cookie,
      [SESSION_HEADER]: app.secret,
    },
    body: JSON.stringify({ to: 'home', passphrase, backupPassphrase }),
  });
  let ended = false;
  const events = response.text().finally(() => {
    ended = true;
  });
  const { pid } = up.program;
  let hadChild = false;
  const search = (): boolean => {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    hadChild ||= children.trim() !== '';
    canary.searchProcess(pid);
    return ended;
  };
  await expect.poll(search, { interval: 20 }).toBe(true);
  expect(hadChild).toBe(true);
  expect(await events).toContain('"at":"done"');
  canary.searchBytes('the progress of a backup', await events);
}

async function runScene(scene: Scene, storage: 'file' | 'keyring'): Promise<void> {
  const { canary, options, home } = scene;
  await using up = await upPostern(options);
  const app = await signIn(up.launchUrl);
  await setUp(scene, app, storage);
  await converse(scene, app);
  await useGateway(scene, up);
  await backUp(scene, app, up);
  canary.searchProcess(up.program.pid);
  canary.searchFiles(home);
  await runCommands(scene);
  canary.searchFiles(home);
  const { stdout, stderr } = await up.stop();
  canary.searchBytes('the output of postern up', stdout + stderr);
  canary.searchFiles(home);
}

/** Kills the process in the middle of an answer, so that logs and temporary files remain. */
async function killMidAnswer({ canary, marks, options, home, upstream }: Scene): Promise<void> {
  const up = await upPostern({ ...options, passphrase: marks.passphrase });
  const app = await signIn(up.launchUrl);
  const created = await app.request('POST', '/api/conversations', {});
  upstream.next({
    kind: 'answer',
    parts: [{ kind: 'text', text: `${marks.answer} and so on, word by word, for a while` }],
    fault: { kind: 'stall', afterFrames: 4 },
  });
  const from = upstream.requests.length;
  const turn = { parentId: null, text: marks.prompt, provider: 'fake', model: 'any' };
  const cut = app.turn(field(created, 'id'), turn).catch(() => 'cut');
  await upstream.request(from);
  await up.stop('SIGKILL');
  expect(await cut).toBe('cut');
  canary.searchFiles(home);
}

const STORAGES = [
  ['file', undefined],
  ['keyring', whyNoKeyringSession()],
] as const;

describe.each(STORAGES)('no secret and no prompt is left anywhere, storage %s', (storage, why) => {
  const canary = leakCanary();
  const marks = plantAll(canary);
  let upstream: FakeUpstream;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });

  afterAll(async () => {
    await upstream.close();
  });

  test.skipIf(skipBecause(`leaks with storage ${storage}`, why))(
    'in files, names, output, answers, arguments and environment',
    { timeout: 300_000 },
    async () => {
      await using session =
        storage === 'keyring' ? await startKeyringSession('unlocked') : undefined;
      using home = session?.home ?? freshHome();
      const environment = session?.environment ?? home.environment;
      const scene: Scene = { canary, marks, options: { environment }, home: home.path, upstream };
      await runScene(scene, storage);
      await serveAlone(scene);
      await killMidAnswer(scene);
      canary.expectNone();

      // Checks that the run did what it should: the marks were sent to the provider, and other
      // traces exist.
      const sent = upstream.requests.map(({ body }) => Buffer.from(body).toString('utf8')).join('');
      expect(sent).toContain(marks.prompt);
      expect(sent).toContain(marks.gatewayPrompt);
      expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${marks.providerKey}`);
      expect(readdirSync(join(home.path, '.local/share/postern'))).not.toEqual([]);
      expect(existsSync(join(home.path, '.config/postern/config.json'))).toBe(true);
    },
  );
});
