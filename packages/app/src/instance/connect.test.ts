import { statSync } from 'node:fs';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import { type Problem, problem, secretName } from '@postern/protocol';
import { memoryStore } from '@postern/vault';
import { Hono } from 'hono';
import { afterEach, describe, expect, test } from 'vitest';
import type { Listening } from '../server/listen.ts';
import { listenOnSocket } from '../server/listen-on-socket.ts';
import { setValue } from '../secrets/set-value.ts';
import { findSecrets } from '../secrets/find-secrets.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { createAgentApi } from './agent-api.ts';
import type { ControlPlace } from './control-address.ts';
import { connect } from './connect.ts';
import { scratchPlace } from '../testing/scratch-place.ts';
import { systemRandomness } from '../system/system-randomness.ts';

const openai = secretName.from('openai');
const running: Listening[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close(0);
});

function spoken<T>(result: Result<T, unknown>): Result<T, Problem> {
  return result.ok ? result : failed(problem('INTERNAL'));
}

async function keyOf(text: string): Promise<Result<Secret, never>> {
  return await Promise.resolve(ok(Secret.of(Buffer.from(text).toString('hex').padEnd(64, '0'))));
}

function vaultInMemory(): OpenVault {
  const store = memoryStore();
  return {
    storage: 'file',
    get: async (name) => spoken(await store.get(name)),
    take: async (request) => {
      const found = await findSecrets(async (name) => spoken(await store.get(name)), request);
      return found.ok ? found : failed(found.failure.failure);
    },
    put: async (record) => spoken(await store.put(record)),
    setValue: async (input) => spoken(await setValue(store, input)),
    remove: async (name) => spoken(await store.remove(name)),
    list: async () => spoken(await store.list()),
    readAuditHead: async () => await Promise.resolve(ok(undefined)),
    saveAuditHead: async () => await Promise.resolve(ok()),
    deriveKey: async (purpose) => await keyOf(`own ${purpose}`),
    deriveStableKey: async (purpose) => await keyOf(`lasting ${purpose}`),
  };
}

async function hold(vault: OpenVault | undefined): Promise<ControlPlace> {
  const place = scratchPlace();
  const app = new Hono();
  app.get('/status', (context) =>
    context.json({ unlocked: vault !== undefined, storage: vault?.storage ?? null }),
  );
  app.route(
    '/',
    createAgentApi(() => vault),
  );
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const listening = await listenOnSocket(place, systemRandomness, (request, response) => {
    void listener(request, response);
  });
  if (!listening.ok) throw new Error(listening.failure.code);
  running.push(listening.value);
  return place;
}

async function heldAt(place: ControlPlace): Promise<OpenVault> {
  const held = await connect([place]);
  if (!held.ok || held.value === undefined) throw new Error('not held');
  return held.value;
}

describe('a vault held by another process', () => {
  test('reads, stores, lists and removes by name', async () => {
    const held = await heldAt(await hold(vaultInMemory()));
    const fields = new Map([['value', Secret.of('sk-test "quoted" \u0000 ☃')]]);
    const times = { createdAtMs: 1, updatedAtMs: 2 };
    expect(await held.put({ name: openai, fields, ...times })).toEqual(ok());
    const back = await held.get(openai);
    const value = back.ok ? back.value?.fields.get('value') : undefined;
    expect(value === undefined ? undefined : revealSecret(value)).toBe('sk-test "quoted" \u0000 ☃');
    expect(await held.list()).toEqual(ok([{ name: openai, fields: ['value'], ...times }]));
    expect(await held.get(secretName.from('absent'))).toEqual(ok(undefined));
    expect(await held.remove(openai)).toEqual(ok(true));
    expect(await held.remove(openai)).toEqual(ok(false));
  });

  test('returns all requested secrets, or only the names of the missing ones', async () => {
    const held = await heldAt(await hold(vaultInMemory()));
    const fields = new Map([['value', Secret.of('sk-"1"')]]);
    await held.put({ name: openai, fields, createdAtMs: 1, updatedAtMs: 2 });
    const references = [
      { name: openai, field: 'value' },
      { name: openai, field: 'user' },
      { name: secretName.from('absent'), field: 'value' },
    ];
    const missing = ['openai/user', 'absent/value'];
    const take = async (whenMissing: 'fail' | 'leave-out') => {
      const taken = await held.take({ references, whenMissing }, { action: 'secret.inject' });
      if (!taken.ok) throw new Error('not given');
      const { values } = taken.value;
      expect(taken.value.missing).toEqual(missing);
      return [...values].map(([reference, value]) => [reference, revealSecret(value)]);
    };
    expect(await take('fail')).toEqual([]);
    expect(await take('leave-out')).toEqual([['openai/value', 'sk-"1"']]);
  });

  test('derives the same keys as the holder, from both roots', async () => {
    const vault = vaultInMemory();
    const held = await heldAt(await hold(vault));
    const purpose = 'audit/log';
    for (const derive of ['deriveKey', 'deriveStableKey'] as const) {
      const there = await vault[derive](purpose);
      const here = await held[derive](purpose);
      expect(here.ok && revealSecret(here.value)).toBe(there.ok && revealSecret(there.value));
    }
  });

  test('allows only this user on the socket', async () => {
    const { runtimeDir } = await hold(vaultInMemory());
    expect(statSync(join(runtimeDir, 'control.sock')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['a process whose vault is locked', async () => await hold(undefined)],
    ['no process', async () => await Promise.resolve(scratchPlace())],
  ])('%s holds none', async (_name, place) => {
    expect(await connect([await place()])).toEqual(ok(undefined));
  });

  test('returns a failure with its code if the vault was locked meanwhile', async () => {
    let vault: OpenVault | undefined = vaultInMemory();
    const place = scratchPlace();
    const app = new Hono();
    app.get('/status', (context) => context.json({ unlocked: true, storage: 'file' }));
    app.route(
      '/',
      createAgentApi(() => vault),
    );
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    const listening = await listenOnSocket(place, systemRandomness, (request, response) => {
      void listener(request, response);
    });
    if (listening.ok) running.push(listening.value);
    const held = await heldAt(place);
    vault = undefined;
    expect(await held.get(openai)).toMatchObject({ ok: false, failure: { code: 'VAULT_LOCKED' } });
  });
});
