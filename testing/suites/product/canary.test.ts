import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import {
  freshHome,
  leakCanary,
  runPostern,
  startFakeUpstream,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  skipBecause,
  type FakeUpstream,
  type LeakCanary,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { signIn } from './app-client.ts';

function text(value: JsonValue | undefined, name: string): string {
  const found = isJsonObject(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** What a person and a program do in a day, with marked secrets, prompts and answers. */
async function useEverything(
  canary: LeakCanary,
  upstream: FakeUpstream,
  home: string,
  environment: Readonly<Record<string, string>>,
  storage: 'keyring' | 'file',
): Promise<void> {
  const passphrase = canary.plant('passphrase');
  const providerKey = canary.plant('provider key', (mark) => `sk-${mark}`);
  const setKey = canary.plant('key from the command line', (mark) => `gsk_${mark}`);
  const prompt = canary.plant('prompt', (mark) => `What is ${mark}?`);
  const answer = canary.plant('answer', (mark) => `It is ${mark}.`);
  const gatewayPrompt = canary.plant('gateway prompt');
  upstream.respond(() => ({ kind: 'answer', parts: [{ kind: 'text', text: answer }] }));
  const options = { environment };
  await using postern = await upPostern(options);
  const app = await signIn(postern.address, postern.launchUrl);
  const setUp = { storage, ...(storage === 'file' ? { passphrase } : {}) };
  const made = await app.request('POST', '/api/setup', setUp);
  const recoveryCode = text(made, 'recoveryCode');
  await app.request('POST', '/api/providers', {
    id: 'mine',
    label: 'Mine',
    dialect: 'openai-chat',
    auth: 'bearer',
    baseUrl: upstream.baseUrls['openai-chat'],
  });
  await app.request('PUT', '/api/providers/mine/key', { key: providerKey });
  canary.searchBytes('providers', JSON.stringify(await app.request('GET', '/api/providers')));
  canary.searchBytes('models', JSON.stringify(await app.request('GET', '/api/models')));

  const conversation = text(await app.request('POST', '/api/conversations', {}), 'id');
  const turn = { parentId: null, text: prompt, provider: 'mine', model: 'any' };
  await app.turn(conversation, turn);
  const set = await runPostern(['secret', 'set', 'groq'], { ...options, input: setKey });
  expect(set).toMatchObject({ code: 0 });
  canary.searchBytes('secret set', `${set.stdout}${set.stderr}`);
  const listed = await runPostern(['secret', 'list', '--json'], options);
  canary.searchBytes('secret list', `${listed.stdout}${listed.stderr}`);

  const created = await runPostern(['key', 'create', 'canary', '--json'], options);
  expect(created).toMatchObject({ code: 0 });
  const gatewayKey = /sk-postern-\w+/.exec(created.stdout)?.[0] ?? '';
  for (const stream of [true, false]) {
    const response = await fetch(`${postern.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gatewayKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'mine/any',
        stream,
        messages: [{ role: 'user', content: gatewayPrompt }],
      }),
    });
    expect(response.status).toBe(200);
    await response.text();
    canary.searchBytes('gateway headers', JSON.stringify([...response.headers]));
  }
  const refused = await fetch(`${postern.address}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${providerKey}` },
    body: gatewayPrompt,
  });
  canary.searchBytes('refusal', await refused.text());
  canary.searchBytes('status', (await runPostern(['status', '--json'], options)).stdout);
  canary.searchProcess(postern.program.pid);
  canary.searchFiles(home);

  const ended = await postern.stop('SIGTERM');
  canary.searchBytes('output of up', `${ended.stdout}${ended.stderr}`);
  expect(`${ended.stdout}${ended.stderr}`).not.toContain(recoveryCode);
  expect(`${ended.stdout}${ended.stderr}`).not.toContain(gatewayKey);
}

describe('nothing marked is found anywhere it should not be', () => {
  test('after a day with the encrypted file', async () => {
    const canary = leakCanary();
    using home = freshHome();
    const upstream = await startFakeUpstream();
    await useEverything(canary, upstream, home.path, home.environment, 'file');
    canary.searchFiles(home.path);
    await upstream.close();
    canary.expectNone();
  });

  test.skipIf(skipBecause('the canary over GNOME Keyring', whyNoKeyringSession()))(
    'after a day with the keyring',
    async () => {
      const canary = leakCanary();
      await using session = await startKeyringSession('unlocked');
      const upstream = await startFakeUpstream();
      const { home, environment } = session;
      await useEverything(canary, upstream, home.path, environment, 'keyring');
      canary.searchFiles(home.path);
      await upstream.close();
      canary.expectNone();
    },
  );

  test('and the search does find what is there', async () => {
    const canary = leakCanary();
    using home = freshHome();
    const mark = canary.plant('planted');
    mkdirSync(join(home.path, 'deep'));
    writeFileSync(join(home.path, 'deep', 'note'), Buffer.from(mark).toString('base64'));
    canary.searchFiles(home.path);
    expect(canary.leaks).toHaveLength(1);
    await Promise.resolve();
  });
});
