import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESSION_HEADER } from '@postern/protocol';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loopbackListener, placeOf } from '../server/listener.ts';
import { signInsOf } from '../server/serve.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { noProgram } from '../testing/no-program.ts';
import { createAppApi } from './app-api.ts';

const host = 'localhost:7420';
const address = `http://${host}`;

const dataDir = mkdtempSync(join(tmpdir(), 'postern-api-'));
const faults: unknown[] = [];
let postern: Postern;
let app: ReturnType<typeof createAppApi>;
let sessions: Sessions;
/** Both halves of a session. */
let both: { cookie: string; [SESSION_HEADER]: string };

beforeAll(async () => {
  postern = await composeInDirectory(dataDir);
  const signIns = signInsOf({ postern, randomness: systemRandomness });
  ({ sessions } = signIns);
  app = createAppApi({
    postern,
    ...signIns,
    place: placeOf(loopbackListener(7420), 7420),
    version: '0.0.0',
    program: noProgram,
    onFault: (fault) => faults.push(fault),
  });
  both = await signIn();
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

async function signIn(headers: Record<string, string> = {}): Promise<typeof both> {
  const code = sessions.newLaunchCode();
  const answer = await send('POST', '/api/session', { code }, headers);
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { secret } = v.parse(v.object({ secret: v.string() }), await answer.json());
  return { cookie, [SESSION_HEADER]: secret };
}

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the app API, its parameters filled in. */
function routes(): readonly Route[] {
  const all = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({
      method,
      path: path.replaceAll(/:(?:id|message)/g, '0'.repeat(26)),
    }));
  return [...new Map(all.map((route) => [`${route.method} ${route.path}`, route])).values()];
}

const codeOf = async (response: Response): Promise<unknown> => {
  const body: unknown = await response.json();
  return body !== null && typeof body === 'object' && 'error' in body ? body.error : undefined;
};

const withoutCookie = (pass: typeof both): Record<string, string> => ({
  [SESSION_HEADER]: pass[SESSION_HEADER],
});
const guessed = { cookie: 'postern-session-7420=abc', [SESSION_HEADER]: 'abc' };
const mixed = async (): Promise<Record<string, string>> => ({
  ...both,
  ...withoutCookie(await signIn()),
});

/** The routes that need no session. */
const SIGN_IN = new Set(['POST /api/session', 'POST /api/session/challenge']);

describe('every route of the app API', () => {
  test('is in the list of the protocol', () => {
    expect(routes()).toHaveLength(97);
  });

  type Headers = Record<string, string>;
  type Row = readonly [string, () => Headers | Promise<Headers>, number, string];

  test.each<Row>([
    ['without a session', () => ({}), 401, 'SESSION_REQUIRED'],
    ['with the cookie alone', () => ({ cookie: both.cookie }), 401, 'SESSION_REQUIRED'],
    ["with the page's half alone", () => withoutCookie(both), 401, 'SESSION_REQUIRED'],
    ['with invalid halves', () => guessed, 401, 'SESSION_REQUIRED'],
    ['with halves of two sessions', async () => await mixed(), 401, 'SESSION_REQUIRED'],
    [
      'from another origin',
      () => ({ ...both, origin: 'https://evil.example' }),
      403,
      'ORIGIN_REFUSED',
    ],
    ['from an opaque origin', () => ({ ...both, origin: 'null' }), 403, 'ORIGIN_REFUSED'],
    [
      'from another port of this machine',
      () => ({ ...both, 'sec-fetch-site': 'same-site' }),
      403,
      'ORIGIN_REFUSED',
    ],
    ['under its IP address', () => ({ ...both, host: '127.0.0.1:7420' }), 403, 'ORIGIN_REFUSED'],
    ['under another host', () => ({ ...both, host: 'evil.example:7420' }), 403, 'ORIGIN_REFUSED'],
  ])('is rejected before any work: %s', async (_name, headersOf, status, code) => {
    const headers = await headersOf();
    const before = readdirSync(dataDir, { recursive: true });
    for (const { method, path } of routes()) {
      if (SIGN_IN.has(`${method} ${path}`) && status === 401) continue;
      const response = await send(method, path, method === 'GET' ? undefined : {}, headers);
      expect([path, response.status]).toEqual([path, status]);
      expect(await codeOf(response)).toMatchObject({ code });
    }
    expect(readdirSync(dataDir, { recursive: true })).toEqual(before);
    expect(postern.vault.state).toBe('absent');
  });

  test('has the security headers, even in a rejection', async () => {
    for (const headers of [{}, both, { origin: 'https://evil.example' }]) {
      const response = await send('GET', '/api/state', undefined, headers);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('needs an unlocked vault if it uses one', async () => {
    for (const path of ['/api/providers', '/api/conversations', '/api/search?q=x']) {
      const response = await send('GET', path, undefined, both);
      expect([path, response.status]).toEqual([path, 409]);
      expect(await codeOf(response)).toMatchObject({ code: 'VAULT_NOT_SET_UP' });
    }
  });
});

describe('bodies', () => {
  test.each([
    ['invalid JSON', '{', "The body isn't valid JSON."],
    ['a prototype key', '{"__proto__":{}}', "The body isn't valid JSON."],
    ['a missing field', '{}', 'storage is invalid.'],
    ['an unknown field', '{"storage":"file","admin":true}', 'admin is invalid.'],
    ['a number as passphrase', '{"storage":"file","passphrase":8}', 'passphrase is invalid.'],
  ])('%s gets 400, with the field but never the value', async (_name, body, message) => {
    const response = await app.request(`${address}/api/setup`, {
      method: 'POST',
      headers: { host, ...both, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toMatchObject({ code: 'REQUEST_INVALID', message });
  });

  test.each([
    ['a short', 'seven77', 'it needs at least 8 characters'],
    ['a long', 'x'.repeat(1025), 'it is longer than 1024 bytes'],
  ])("rejects a passphrase by the vault's rule: %s", async (_name, passphrase, problem) => {
    const response = await send('POST', '/api/setup', { storage: 'file', passphrase }, both);
    expect(response.status).toBe(422);
    const message = `The passphrase can't be used: ${problem}.`;
    expect(await codeOf(response)).toMatchObject({ code: 'VAULT_PASSPHRASE_UNFIT', message });
  });

  test("rejects other content types, so that forms of other pages can't post", async () => {
    const response = await send('POST', '/api/lock', {}, both);
    expect(response.status).toBe(200);
    const form = await send('POST', '/api/setup', {}, { ...both, 'content-type': 'text/plain' });
    expect(form.status).toBe(400);
  });

  test('rejects an oversized body by its length', async () => {
    const response = await send(
      'POST',
      '/api/setup',
      {},
      { ...both, 'content-length': '99999999' },
    );
    expect(response.status).toBe(413);
  });

  test('none of these requests caused an internal error', () => {
    expect(faults).toEqual([]);
  });
});

describe('signing in', () => {
  const attempt = async (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    await app.request(`${address}/api/session`, {
      method: 'POST',
      headers: { host, 'content-type': 'application/json', ...headers },
      body,
    });

  test('gives one half in the cookie and the other in the body', async () => {
    const answer = await attempt(JSON.stringify({ code: sessions.newLaunchCode() }));
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^postern-session-7420=[\w-]{43}; Path=\/api; HttpOnly; SameSite=Strict$/,
    );
    const { secret } = v.parse(v.object({ secret: v.string() }), await answer.json());
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(cookie).not.toContain(secret);
  });

  test('reads no more than a code, whatever follows it', async () => {
    const long = JSON.stringify({ code: 'x', padding: 'y'.repeat(2000) });
    const length = { 'content-length': String(long.length) };
    expect((await attempt(long, length)).status).toBe(413);
    expect((await attempt('{}', { 'transfer-encoding': 'chunked' })).status).toBe(400);
  });

  test('limits wrong codes, but always accepts a valid one', async () => {
    const codes = [];
    for (let count = 0; count < 12; count += 1) {
      const answer = await attempt(JSON.stringify({ code: 'wrong' }));
      codes.push(answer.status);
    }
    expect(codes.slice(-2)).toEqual([429, 429]);
    expect(codes[0]).toBe(401);
    const right = await attempt(JSON.stringify({ code: sessions.newLaunchCode() }));
    expect(right.status).toBe(200);
  });
});

describe('sessions', () => {
  const Views = v.array(
    v.strictObject({
      id: v.string(),
      browser: v.string(),
      beganAtMs: v.number(),
      lastUsedAtMs: v.number(),
      current: v.boolean(),
    }),
  );
  const statusOf = async (pass: Record<string, string>): Promise<number> =>
    (await send('GET', '/api/state', undefined, pass)).status;
  const list = async (pass: Record<string, string>): Promise<v.InferOutput<typeof Views>> =>
    v.parse(Views, await (await send('GET', '/api/sessions', undefined, pass)).json());

  test('are listed with their browser, without their secrets', async () => {
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const mine = await signIn({ 'user-agent': userAgent });
    const [first] = await list(mine);
    expect(first).toMatchObject({ browser: 'Firefox on Linux', current: true });
    const shown = JSON.stringify(await list(mine));
    expect(shown).not.toContain(mine[SESSION_HEADER]);
    expect(shown).not.toContain(mine.cookie.split('=')[1]);
  });

  test('a second link in one browser signs in a second tab and keeps the first', async () => {
    const first = await signIn();
    const second = await signIn({ cookie: first.cookie });
    expect(second.cookie).toBe(first.cookie);
    expect(second[SESSION_HEADER]).not.toBe(first[SESSION_HEADER]);
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
  });

  test('end singly, all others at once, and by signing out', async () => {
    const [mine, other, third] = [await signIn(), await signIn(), await signIn()];
    const ids = async (): Promise<readonly string[]> => (await list(mine)).map(({ id }) => id);
    const otherId = (await list(other)).find(({ current }) => current)?.id ?? '';
    expect((await send('DELETE', `/api/sessions/${otherId}`, undefined, mine)).status).toBe(204);
    expect([await statusOf(other), await statusOf(third)]).toEqual([401, 200]);
    expect((await send('DELETE', '/api/sessions', undefined, mine)).status).toBe(204);
    expect([await statusOf(mine), await statusOf(third)]).toEqual([200, 401]);
    expect(await ids()).toHaveLength(1);
    expect((await send('DELETE', '/api/session', undefined, mine)).status).toBe(204);
    expect(await statusOf(mine)).toBe(401);
  });
});
