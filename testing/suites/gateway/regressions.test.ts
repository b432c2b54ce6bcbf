import { startGateway, type RunningGateway } from '@postern/gateway/testing';
import { expectOk, revealSecret } from '@postern/kernel';
import { formsOfText, startFakeUpstream, textReply, type FakeUpstream } from '@postern/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/* Vulnerabilities that other gateways shipped: one test for each. */

const PROMPT = 'prompt-canary-4f1d';
const UPSTREAM_KEY = 'sk-upstream-key-of-the-test';
const PATHS = ['/v1/chat/completions', '/v1/messages'] as const;

let upstream: FakeUpstream;
let running: RunningGateway;
/** Every response in this file, headers and body. */
const seen: string[] = [];

beforeAll(async () => {
  upstream = await startFakeUpstream();
  running = await startGateway({
    baseUrls: upstream.baseUrls,
    deps: { models: { modelsOf: () => Promise.resolve([{ id: 'm', label: 'm' }]) } },
  });
});

beforeEach(() => {
  upstream.reset();
});

afterAll(async () => {
  await running.close();
  await upstream.close();
});

interface RequestOptions {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/**
 * Sends a request with the running gateway's own key, unless other headers are given. Returns the
 * status and the text.
 */
function ask({
  path = '/v1/messages',
  method = 'POST',
  headers = { 'x-api-key': running.key },
  body = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: PROMPT }] },
}: RequestOptions = {}): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(running.url + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        seen.push(JSON.stringify(response.rawHeaders) + text);
        resolve({ status: response.statusCode ?? 0, text });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? JSON.stringify(body) : undefined);
  });
}

/**
 * Corrects the checksum of a modified key, so that the gateway looks it up instead of rejecting its
 * format.
 */
function withChecksum(body: string): string {
  return body + crc32(body).toString(16).padStart(8, '0');
}

const KEY_BODY_LENGTH = 'sk-postern-'.length + 43;

describe('SQL injection through the bearer token', () => {
  const injections = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DELETE FROM gateway_key; --",
    '" OR ""="',
    "' UNION SELECT id, hash FROM gateway_key --",
    '%',
    '\\x00',
  ];

  it.each([
    ...injections,
    ...injections.map((text) => `sk-postern-${text}`),
    ...injections.map((text) => withChecksum(`sk-postern-${text}`.padEnd(KEY_BODY_LENGTH))),
    ...injections.map((text) => withChecksum(`sk-postern-${text}`.padEnd(KEY_BODY_LENGTH, '-'))),
    'a'.repeat(15_000),
  ])('%s', async (token) => {
    expect((await ask({ headers: { 'x-api-key': token } })).status).toBe(401);
    expect((await ask({ headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect(expectOk(running.store.keys.list())).not.toHaveLength(0);
    expect((await ask()).status).toBe(200);
  });
});

describe('a `Host` with `#@` that changes the checked route', () => {
  it.each(['evil.test#@127.0.0.1', '127.0.0.1#@evil.test', '127.0.0.1/v1/models?', 'a@127.0.0.1'])(
    '%s is 400',
    async (host) => {
      const headers = { host, 'x-api-key': running.key };
      expect((await ask({ headers })).status).toBe(400);
      expect((await ask({ path: '/healthz', method: 'GET', headers })).status).toBe(400);
    },
  );
});

describe("a cache keyed by a token's prefix", () => {
  it.each([1, 2, 9, 20, 42])(
    'rejects a key that differs only in its last %i characters',
    async (cut) => {
      expect((await ask()).status).toBe(200);
      const kept = running.key.slice(0, KEY_BODY_LENGTH - cut);
      const next = running.key.charAt(KEY_BODY_LENGTH - cut) === '0' ? '1' : '0';
      const other = withChecksum(kept + next.repeat(cut));
      expect([other.length, other === running.key]).toEqual([running.key.length, false]);
      expect((await ask({ headers: { 'x-api-key': other } })).status).toBe(401);
    },
  );

  it('records usage for the right key', async () => {
    const made = expectOk(
      running.store.keys.create({ name: 'second', settings: { models: 'all' } }),
    );
    const before = running.entries.length;
    await ask({ headers: { 'x-api-key': revealSecret(made.key) } });
    await ask();
    const [first, second] = running.entries.slice(before);
    expect(first?.keyId).toBe(made.record.id);
    expect(second?.keyId).toBe(running.keyId);
  });
});

describe('a stored hash used as a credential', () => {
  const spellings: readonly (readonly [string, (hash: Buffer) => string])[] = [
    ['in hex', (hash) => hash.toString('hex')],
    ['in base64', (hash) => hash.toString('base64')],
    ['in the digits of a key', (hash) => inKeyDigits(hash)],
  ];

  it.each(spellings)('rejects the stored hash as a credential, %s', async (_name, spell) => {
    const hash = spell(running.storedHash);
    const cut = `sk-postern-${hash}`.slice(0, KEY_BODY_LENGTH).padEnd(KEY_BODY_LENGTH, '0');
    for (const token of [hash, `sk-postern-${hash}`, withChecksum(cut)]) {
      expect((await ask({ headers: { 'x-api-key': token } })).status).toBe(401);
    }
  });
});

/** Encodes 32 bytes as a key encodes its random bytes: 43 digits of base 62. */
function inKeyDigits(bytes: Buffer): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; rest > 0n; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text.padStart(43, '0');
}

describe('template injection through the model name', () => {
  it.each(['{{7*7}}', '${7*7}', '<%= 7*7 %>', '$(id)', '`id`'])(
    'treats a model named %s as a plain name',
    async (model) => {
      await ask({ body: { model, max_tokens: 5, messages: [{ role: 'user', content: 'x' }] } });
      expect(upstream.requests[0]?.json).toMatchObject({ model });
    },
  );

  it.each([
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    '../../v1/models',
    '//evil.test/x',
  ])('sends a model named %s only to its provider', async (model) => {
    await ask({ body: { model, max_tokens: 5, messages: [{ role: 'user', content: 'x' }] } });
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]?.path).toBe('/v1/messages');
  });
});

describe('a route without authentication', () => {
  it.each([
    ...PATHS.map((path) => ({ path, method: 'POST' })),
    { path: '/v1/messages/count_tokens', method: 'POST' },
    { path: '/v1/models', method: 'GET' },
  ])('$method $path', async ({ path, method }) => {
    expect((await ask({ path, method, headers: {} })).status).toBe(401);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('CORS and foreign origins', () => {
  it.each([...PATHS, '/v1/models', '/healthz', '/', '/anything'])(
    'rejects a foreign origin with 403 at %s before any work',
    async (path) => {
      for (const method of ['POST', 'GET', 'OPTIONS']) {
        const headers = { origin: 'https://evil.test', 'x-api-key': running.key };
        const answer = await ask({ path, method, headers });
        expect(answer.status).toBe(403);
        expect(seen.at(-1)).not.toMatch(/access-control/i);
      }
      expect(upstream.requests).toHaveLength(0);
    },
  );
});

describe('usage of aborted streams', () => {
  it.each(PATHS)('records usage at %s', async (path) => {
    upstream.next(textReply('word '.repeat(2000), { deltaDelayMs: 2 }));
    const before = running.entries.length;
    const leave = new AbortController();
    const response = await fetch(running.url + path, {
      method: 'POST',
      headers: { 'x-api-key': running.key },
      body: JSON.stringify({
        model: 'm',
        max_tokens: 5,
        stream: true,
        messages: [{ role: 'user', content: PROMPT }],
      }),
      signal: leave.signal,
    });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('word'))
      text += Buffer.from((await reader?.read())?.value ?? []).toString();
    leave.abort();
    // The upstream request is aborted too, not only the client's view of it.
    expect(await (await upstream.request(0)).closed).toBe('left');
    const [entry] = running.entries.slice(before);
    expect(entry).toMatchObject({ ending: 'aborted', estimated: true });
    expect(entry?.usage.outputTokens).toBeGreaterThan(0);
  });
});

describe('keys in records, errors and URLs', () => {
  it('no response and no file contains a key, a hash or a prompt in any encoding', async () => {
    for (const status of [400, 401, 403, 404, 429, 500, 529]) {
      for (const path of PATHS) {
        upstream.next({ kind: 'error', status });
        await ask({ path });
      }
    }
    upstream.next({ kind: 'hang-up' });
    await ask();
    await ask({ body: { model: `anthropic/${PROMPT}` } });
    await ask({ body: { model: `openai/${PROMPT}` } });
    await ask({ path: `/v1/${PROMPT}` });
    expectOk(running.store.usage.usageOf(running.keyId));
    const files = readdirSync(running.home).map((name) => readFileSync(join(running.home, name)));
    const places = [...files, ...seen.map((answer) => Buffer.from(answer))];
    expect(places.length).toBeGreaterThan(20);
    for (const marked of [running.key, UPSTREAM_KEY, PROMPT]) {
      for (const [form, bytes] of formsOfText(marked)) {
        const found = places.filter((place) => place.includes(bytes));
        expect([marked, form, found.length]).toEqual([marked, form, 0]);
      }
    }
  });
});
