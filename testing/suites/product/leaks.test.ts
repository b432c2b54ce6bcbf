import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import {
  freshHome,
  leakCanary,
  runPostern,
  skipBecause,
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
  const refused = (await app.turn(id, turn)).filter((event) => field(event, 'kind') === 'answer');
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

async function runScene(scene: Scene, storage: 'file' | 'keyring'): Promise<void> {
  const { canary, options, home } = scene;
  await using up = await upPostern(options);
  const app = await signIn(up.launchUrl);
  await setUp(scene, app, storage);
  await converse(scene, app);
  await useGateway(scene, up);
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
