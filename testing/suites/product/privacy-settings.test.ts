import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runPostern, textReply, upPostern, type PosternUp } from '@postern/testing';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { boxHome, type BoxHome } from './box-home.ts';

const TURN = { parentId: null, text: 'A question', model: 'any' };

let place: BoxHome;
let postern: PosternUp;
let app: AppClient;

const start = async (): Promise<void> => {
  postern = await upPostern(place.options);
  app = await signIn(postern.launchUrl);
};

beforeEach(async () => {
  place = await boxHome();
  await start();
});

afterEach(async () => {
  await postern.stop();
  await place[Symbol.asyncDispose]();
});

/** Adds a chat with an answer, and a deleted one. */
async function addChats(): Promise<void> {
  for (const isDeleted of [false, true]) {
    const id = await newChat();
    place.upstream.next(textReply('An answer.'));
    await app.turn(id, { ...TURN, provider: 'box' });
    if (isDeleted) await app.request('DELETE', `/api/conversations/${id}`);
  }
}

async function newChat(): Promise<string> {
  const created = await app.request('POST', '/api/conversations', {});
  return v.parse(v.object({ id: v.string() }), created).id;
}

const Page = v.object({ conversations: v.array(v.unknown()) });

/** How many chats there are, in the list and in the trash. */
async function chatCounts(): Promise<readonly number[]> {
  const { conversations } = v.parse(Page, await app.request('GET', '/api/conversations'));
  const trash = v.parse(v.array(v.unknown()), await app.request('GET', '/api/trash'));
  return [conversations.length, trash.length];
}

const DATA = '.local/share/postern';
/** Without the lock file, which is empty. */
const databaseFiles = (): readonly string[] =>
  readdirSync(join(place.home.path, DATA)).filter((name) =>
    /^conversations\.db(?!\.lock$)/.test(name),
  );

describe('clear history on exit', () => {
  beforeEach(async () => {
    await addChats();
    expect(await chatCounts()).toEqual([1, 1]);
    await app.request('PATCH', '/api/privacy', { clearHistoryOnExit: true });
  });

  test('deletes every chat when Postern stops, also if the vault is locked then', async () => {
    expect(existsSync(join(place.home.path, DATA, 'conversations.db'))).toBe(true);
    await postern.stop();
    expect(databaseFiles()).toEqual([]);
    await start();
    expect(await chatCounts()).toEqual([0, 0]);
    await addChats();
    await runPostern(['vault', 'lock'], place.options);
    await postern.stop();
    expect(databaseFiles()).toEqual([]);
    await start();
  });

  test('deletes them at the next start if Postern was killed', async () => {
    await postern.stop('SIGKILL');
    expect(databaseFiles()).toContain('conversations.db');
    await start();
    expect(await chatCounts()).toEqual([0, 0]);
  });

  test('deletes nothing while another Postern runs, or after it was turned off', async () => {
    const second = await runPostern(['up', '--no-open', '--port', '0'], place.options);
    expect(second.code).not.toBe(0);
    expect(await chatCounts()).toEqual([1, 1]);
    await app.request('PATCH', '/api/privacy', { clearHistoryOnExit: false });
    await postern.stop();
    await start();
    expect(await chatCounts()).toEqual([1, 1]);
  });
});

test('delete keys on exit removes the keys of providers', async () => {
  const keys = async (): Promise<string> =>
    (await runPostern(['secret', 'list'], place.options)).stdout;
  expect(await keys()).toContain('box');
  await app.request('PATCH', '/api/privacy', { deleteKeysOnExit: true });
  await postern.stop();
  expect(await keys()).not.toContain('box');
});

test('local models only refuses other providers in the chat, in tests of keys and in the gateway', async () => {
  await app.request('PUT', '/api/providers/openai/key', {
    key: 'sk-0123456789abcdef0123456789abcdef',
    force: true,
  });
  const changed = await app.request('PATCH', '/api/privacy', { localModelsOnly: true });
  expect(changed).toMatchObject({ localModelsOnly: true, lockAfterIdle: 'auto' });
  const events = await app.turn(await newChat(), { ...TURN, provider: 'openai' });
  expect(events.at(-1)).toMatchObject({
    answer: { status: 'failed', failure: { code: 'UPSTREAM_NOT_LOCAL' } },
  });
  const tested = await app.request('POST', '/api/providers/openai/test');
  expect(tested).toMatchObject({ ok: false, code: 'UPSTREAM_NOT_LOCAL' });
  const groups = v.parse(
    v.array(v.looseObject({ provider: v.string() })),
    await app.request('GET', '/api/models'),
  );
  expect(groups.find(({ provider }) => provider === 'openai')).toMatchObject({
    models: [],
    failure: { code: 'UPSTREAM_NOT_LOCAL' },
  });
  place.upstream.next(textReply('Here.'));
  const local = await app.turn(await newChat(), { ...TURN, provider: 'box' });
  expect(local.at(-1)).toMatchObject({ answer: { status: 'complete' } });
  const key = (await runPostern(['key', 'create', 'k', '--all-models'], place.options)).stdout;
  const answer = await fetch(`${postern.address}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'openai/gpt-x', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  expect([answer.status, await answer.text()]).toEqual([
    502,
    expect.stringContaining('UPSTREAM_NOT_LOCAL'),
  ]);
  const audit = await runPostern(['audit', 'export'], place.options);
  expect(audit.stdout).toContain('privacy.localModelsOnly');
});

test('lock when not used is in effect at once', async () => {
  await app.request('PATCH', '/api/privacy', { lockAfterIdle: '1s' });
  await expect
    .poll(async () => (await runPostern(['status', '--json'], place.options)).stdout, {
      timeout: 60_000,
    })
    .toMatch(/locked/);
});
