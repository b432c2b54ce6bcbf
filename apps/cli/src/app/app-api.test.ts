import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { parseConfig } from '@postern/protocol';
import { createConnections } from '@postern/upstreams';
import { createOsKeyring, openVault } from '@postern/vault';
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProcessLog } from '../log/process-log.ts';
import { loopbackGuard } from '../server/host-guard.ts';
import { createSessions } from '../server/sessions.ts';
import { composePostern, type Postern } from '../services/postern.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { createAppApi } from './app-api.ts';

const host = '127.0.0.1:7420';
const address = `http://${host}`;

const dataDir = mkdtempSync(join(tmpdir(), 'postern-api-'));
mkdirSync(join(dataDir, 'config'));
const faults: unknown[] = [];
let postern: Postern;
let app: Hono;
let cookie: string;

beforeAll(async () => {
  const vault = expectOk(
    await openVault({
      dataDir: join(dataDir, 'vault'),
      machineId: 'test',
      clock: systemClock,
      randomness: systemRandomness,
      kdfCosts: WEAK_KDF_COSTS,
      keyring: createOsKeyring(),
    }),
  );
  const composed = composePostern({
    home: {
      configDir: join(dataDir, 'config'),
      configFile: join(dataDir, 'config', 'config.json'),
      dataDir,
      runtimeDir: dataDir,
    },
    loaded: { config: expectOk(parseConfig({})), written: {} },
    clock: systemClock,
    randomness: systemRandomness,
    vault,
    keyring: { available: false, failure: { reason: 'keyring-unavailable', cause: 'no-bus' } },
    connections: createConnections({ localHosts: [] }),
    log: createProcessLog({
      clock: systemClock,
      config: { level: 'error', format: 'text' },
      out: () => undefined,
    }),
    say: () => undefined,
  });
  if (!composed.ok) throw new Error(composed.failure.message);
  postern = composed.value;
  const sessions = createSessions(systemClock, systemRandomness);
  app = createAppApi({
    postern,
    sessions,
    guard: loopbackGuard(7420),
    version: '0.0.0',
    gatewayUrl: address,
    onFault: (fault) => faults.push(fault),
  });
  const signedIn = await send('POST', '/api/session', { code: sessions.newLaunchCode() });
  cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await postern.close();
  rmSync(dataDir, { recursive: true });
});

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await app.request(`${address}${path}`, {
    method,
    headers: { host, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the app API, its parameters filled in. */
function routes(): readonly Route[] {
  const all = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({ method, path: path.replaceAll(':id', '0'.repeat(26)) }));
  return [...new Map(all.map((route) => [`${route.method} ${route.path}`, route])).values()];
}

const codeOf = async (response: Response): Promise<unknown> => {
  const body: unknown = await response.json();
  return body !== null && typeof body === 'object' && 'error' in body ? body.error : undefined;
};

describe('every route of the app API', () => {
  test('there are as many as the protocol lists', () => {
    expect(routes()).toHaveLength(23);
  });

  test.each([
    ['without the cookie', {}, 401, 'SESSION_REQUIRED'],
    ['with a made-up cookie', { cookie: 'postern-session-7420=abc' }, 401, 'SESSION_REQUIRED'],
    ['from another origin', { origin: 'https://evil.example' }, 403, 'ORIGIN_REFUSED'],
    ['from an opaque origin', { origin: 'null' }, 403, 'ORIGIN_REFUSED'],
    ['from another port of this machine', { 'sec-fetch-site': 'same-site' }, 403, 'ORIGIN_REFUSED'],
    ['under another host', { host: 'evil.example:7420' }, 403, 'ORIGIN_REFUSED'],
  ] as const)('%s is refused before any work', async (_name, headers, status, code) => {
    const before = readdirSync(dataDir, { recursive: true });
    for (const { method, path } of routes()) {
      if (path === '/api/session' && status === 401) continue;
      const signedIn = status === 403 ? { cookie } : {};
      const response = await send(method, path, method === 'GET' ? undefined : {}, {
        ...signedIn,
        ...headers,
      });
      expect([path, response.status]).toEqual([path, status]);
      expect(await codeOf(response)).toMatchObject({ code });
    }
    expect(readdirSync(dataDir, { recursive: true })).toEqual(before);
    expect(postern.vault.state).toBe('absent');
  });

  test('carries the security headers, also when it refuses', async () => {
    for (const headers of [{}, { cookie }, { origin: 'https://evil.example' }]) {
      const response = await send('GET', '/api/state', undefined, headers);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('needs an unlocked vault where it touches one', async () => {
    for (const path of ['/api/providers', '/api/conversations', '/api/search?q=x']) {
      const response = await send('GET', path, undefined, { cookie });
      expect([path, response.status]).toEqual([path, 409]);
      expect(await codeOf(response)).toMatchObject({ code: 'VAULT_NOT_SET_UP' });
    }
  });
});

describe('bodies', () => {
  test.each([
    ['no JSON', '{', 'The body is not valid JSON.'],
    ['a prototype key', '{"__proto__":{}}', 'The body is not valid JSON.'],
    ['a missing field', '{}', 'storage is not valid.'],
    ['an unknown field', '{"storage":"file","admin":true}', 'admin is not valid.'],
    ['a short passphrase', '{"storage":"file","passphrase":"short"}', 'passphrase is not valid.'],
  ])('%s answers 400 and names the place, never the value', async (_name, body, message) => {
    const response = await app.request(`${address}/api/setup`, {
      method: 'POST',
      headers: { host, cookie, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toMatchObject({ code: 'REQUEST_INVALID', message });
  });

  test('another content type is refused: a form of another page cannot post', async () => {
    const response = await send('POST', '/api/lock', {}, { cookie });
    expect(response.status).toBe(200);
    const form = await send('POST', '/api/setup', {}, { cookie, 'content-type': 'text/plain' });
    expect(form.status).toBe(400);
  });

  test('an oversized body is refused by its length', async () => {
    const response = await send('POST', '/api/setup', {}, { cookie, 'content-length': '99999999' });
    expect(response.status).toBe(413);
  });

  test('no fault was needed for any of this', () => {
    expect(faults).toEqual([]);
  });
});
