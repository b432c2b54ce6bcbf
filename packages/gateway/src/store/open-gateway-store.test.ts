import { expectOk, revealSecret, Secret } from '@postern/kernel';
import { providerId, type GatewayKeyId } from '@postern/protocol';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_TIMES } from '../http/call-timer.ts';
import { CLOSED_SETTINGS, type KeySettings } from '../keys/gateway-key.ts';
import type { UsageEntry } from '../usage/usage-log.ts';
import { openGatewayStore, type GatewayStore } from './open-gateway-store.ts';

const KEY = 'ab'.repeat(32);
const HASH_KEY = 'cd'.repeat(32);

let home: string;
let store: GatewayStore;
let nowMs: number;

const open = (key = KEY, hashKey = HASH_KEY): ReturnType<typeof openGatewayStore> =>
  openGatewayStore({
    path: join(home, 'gateway.db'),
    key: Secret.of(key),
    hashKey: Secret.of(hashKey),
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    randomness: { bytes: (count) => randomBytes(count) },
  });

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gateway-store-'));
  nowMs = 1_800_000_000_000;
  store = expectOk(open());
});

afterEach(() => {
  store.close();
  rmSync(home, { recursive: true });
});

const create = (name: string): { text: string; id: GatewayKeyId } => {
  const { key, record } = expectOk(store.keys.create({ name, settings: { models: 'all' } }));
  return { text: revealSecret(key), id: record.id };
};

/** The id of the key that a token has now. */
const idOf = (text: string, { keys }: GatewayStore): GatewayKeyId | undefined => {
  const verdict = expectOk(keys.resolve(text));
  return verdict.ok ? verdict.grant.keyId : undefined;
};

const entry = (keyId: GatewayKeyId, changes: Partial<UsageEntry> = {}): UsageEntry => ({
  requestId: 'req_1',
  times: NO_TIMES,
  keyId,
  costMicroUsd: 7,
  atMs: nowMs,
  provider: providerId.from('openai'),
  model: 'gpt',
  dialect: 'openai-chat',
  status: 200,
  streamed: true,
  ending: 'complete',
  usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 2 },
  estimated: false,
  durationMs: 12.5,
  requestBytes: 100,
  answerBytes: 200,
  ...changes,
});

describe('keys', () => {
  it('are made, checked, listed and revoked', () => {
    const { text, id } = create('laptop');
    expect(idOf(text, store)).toBe(id);
    const [listed] = expectOk(store.keys.list());
    expect(listed).toEqual({
      id,
      name: 'laptop',
      hint: `…${text.slice(-4)}`,
      ...CLOSED_SETTINGS,
      models: 'all',
      createdAtMs: nowMs,
      lastUsedAtMs: undefined,
      disabledAtMs: undefined,
      revokedAtMs: undefined,
      imported: false,
      generation: 1,
      previousUntilMs: undefined,
    });
    nowMs += 1000;
    expect(expectOk(store.keys.revoke(id)).revokedAtMs).toBe(nowMs);
    expect(idOf(text, store)).toBe(undefined);
    expect(expectOk(store.keys.list())[0]?.revokedAtMs).toBe(nowMs);
  });

  it('keep their settings, which their grants contain', () => {
    const settings: KeySettings = {
      models: ['gpt', 'openai/*'],
      endpoints: ['chat'],
      upstreams: [providerId.from('openai')],
      addresses: ['10.0.0.0/8'],
      origins: ['https://example.com'],
      limits: { requestsPerMinute: 5 },
      budget: { amountMicroUsd: 5_000_000, period: 'day' },
      owner: 'Ada Lovelace',
      notes: { ticket: 'OPS-7, urgent' },
      expiresAtMs: nowMs + 1000,
      idempotencyMs: 86_400_000,
      debugUntilMs: nowMs + 900_000,
    };
    const { key, record } = expectOk(store.keys.create({ name: 'scoped', settings }));
    expect(record).toMatchObject(settings);
    expect(expectOk(store.keys.list())).toEqual([record]);
    const grant = expectOk(store.keys.resolve(revealSecret(key)));
    const { notes, ...granted } = settings;
    expect(notes).toEqual(record.notes);
    expect(grant).toEqual({ ok: true, grant: { keyId: record.id, generation: 1, ...granted } });
  });

  it.each([
    ['a model', { models: ['a b'] }],
    ['an owner', { owner: 'a\nb' }],
    ['the name of a note', { notes: { 'a b': 'c' } }],
    ['the text of a note', { notes: { a: '\u202e' } }],
    ['too many notes', { notes: Object.fromEntries([...Array(21).keys()].map((at) => [at, 'x'])) }],
    ['an expiry', { expiresAtMs: 1.5 }],
  ])('are not created with %s that is malformed', (_name, settings) => {
    expect(store.keys.create({ name: 'laptop', settings })).toMatchObject({
      failure: { reason: 'gateway-key-settings-invalid' },
    });
  });

  it('that are revoked are changed no more', () => {
    const { id } = create('laptop');
    const revoked = expectOk(store.keys.revoke(id));
    nowMs += 1000;
    for (const change of [
      store.keys.revoke(id),
      store.keys.rotate(id, 0),
      store.keys.setDisabled(id, true),
      store.keys.update(id, { models: 'all' }),
    ]) {
      expect(change).toMatchObject({ failure: { reason: 'gateway-key-not-found' } });
    }
    expect(expectOk(store.keys.list())).toEqual([revoked]);
  });

  it('have names that are unique among the living', () => {
    const first = create('laptop');
    expect(store.keys.create({ name: 'laptop', settings: {} })).toMatchObject({
      failure: { reason: 'gateway-key-name-taken' },
    });
    store.keys.revoke(first.id);
    const second = create('laptop');
    expect(second.id).not.toBe(first.id);
    expect(idOf(first.text, store)).toBe(undefined);
    expect(idOf(second.text, store)).toBe(second.id);
  });

  it.each(['', ' ', '-x', 'a'.repeat(65), 'a\nb', 'a\0', '\u202eabc', 'a;b'])(
    'do not take the name %j',
    (name) => {
      expect(store.keys.create({ name, settings: { models: 'all' } })).toMatchObject({
        failure: { reason: 'gateway-key-name-invalid' },
      });
    },
  );

  it('are looked up by their hash alone: hostile texts find nothing', () => {
    const { text } = create('laptop');
    const hash = 'x'.repeat(64);
    for (const hostile of [
      '',
      "' OR '1'='1",
      `${text}' --`,
      `${text}\0`,
      `${text} `,
      text.toUpperCase(),
      text.slice(0, -1),
      'sk-postern-',
      `sk-postern-${'é'.repeat(51)}`,
      'a'.repeat(1 << 20),
      hash,
      '\u0000',
    ]) {
      expect(idOf(hostile, store)).toBe(undefined);
    }
    expect(expectOk(store.keys.list())).toHaveLength(1);
  });

  it('with the same beginning share nothing', () => {
    const random = Buffer.alloc(32, 7);
    const other = Buffer.from(random);
    other[31] = 8;
    const texts = [random, other].map((bytes, index) => {
      const draws = [bytes, Buffer.alloc(10, index)];
      const twin = expectOk(
        openGatewayStore({
          path: join(home, `twin-${index}.db`),
          key: Secret.of(KEY),
          hashKey: Secret.of(HASH_KEY),
          clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
          randomness: { bytes: () => draws.shift() ?? Buffer.alloc(0) },
        }),
      );
      const text = revealSecret(expectOk(twin.keys.create({ name: 'twin', settings: {} })).key);
      twin.close();
      return text;
    });
    const [one = '', two = ''] = texts;
    expect(one.slice(0, 40)).toBe(two.slice(0, 40));
    const twin = expectOk(
      openGatewayStore({
        path: join(home, 'twin-0.db'),
        key: Secret.of(KEY),
        hashKey: Secret.of(HASH_KEY),
        clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
        randomness: { bytes: (count) => randomBytes(count) },
      }),
    );
    expect(idOf(one, twin)).toBeDefined();
    expect(idOf(two, twin)).toBeUndefined();
    twin.close();
  });

  it('are worthless without the hash key', () => {
    const { text } = create('laptop');
    store.close();
    store = expectOk(open(KEY, 'ee'.repeat(32)));
    expect(idOf(text, store)).toBe(undefined);
  });

  it('leave neither text nor hash readable on the disk', () => {
    const { text } = create('laptop');
    store.usage.record(entry(create('other').id));
    store.close();
    const files = readdirSync(home).map((name) => readFileSync(join(home, name)));
    for (const bytes of files) {
      for (const marked of [text, text.slice(11, 40), 'laptop', 'openai-chat', 'gateway_key']) {
        expect(bytes.includes(marked)).toBe(false);
      }
    }
    store = expectOk(open());
  });

  it('die at once when another process revokes them', { timeout: 60_000 }, async () => {
    const { text, id } = create('laptop');
    expect(idOf(text, store)).toBe(id);
    const script = `
      import { Secret } from '@postern/kernel';
      import { openGatewayStore } from '@postern/gateway';
      const store = openGatewayStore({
        path: ${JSON.stringify(join(home, 'gateway.db'))},
        key: Secret.of('${KEY}'),
        hashKey: Secret.of('${HASH_KEY}'),
        clock: { nowMs: () => 1, monotonicMs: () => 1 },
        randomness: { bytes: (count) => new Uint8Array(count) },
      });
      const revoked = store.value.keys.revoke('${id}');
      store.value.close();
      process.exit(revoked.ok ? 0 : 1);`;
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(other.stderr).toBe('');
    expect(other.status).toBe(0);
    // No request can be read within the turn of the event loop that waited for the other process.
    await setImmediate();
    expect(idOf(text, store)).toBeUndefined();
  });
});

describe('usage', () => {
  it('adds up per key and touches the key', () => {
    const one = create('one');
    nowMs += 1;
    const two = create('two');
    store.usage.record(entry(one.id));
    store.usage.record(entry(one.id, { atMs: nowMs + 5, usage: { outputTokens: 7 } }));
    store.usage.record(entry(two.id, { status: 499, ending: 'aborted', estimated: true }));
    expect(store.usage.usageOf(one.id)).toEqual({
      ok: true,
      value: {
        requests: 2,
        inputTokens: 10,
        outputTokens: 12,
        cacheReadTokens: 2,
        cacheWriteTokens: 0,
      },
    });
    expect(expectOk(store.keys.list()).map(({ lastUsedAtMs }) => lastUsedAtMs)).toEqual([
      nowMs + 5,
      nowMs,
    ]);
  });

  it('is written when the store closes', () => {
    const { id } = create('one');
    for (let at = 0; at < 1000; at += 1) store.usage.record(entry(id));
    expect(store.close().ok).toBe(true);
    store = expectOk(open());
    expect(expectOk(store.usage.usageOf(id)).requests).toBe(1000);
  });

  it('survives what upstreams report as counts', () => {
    const { id } = create('one');
    const usage = { inputTokens: 1.5, outputTokens: Number.NaN, cacheReadTokens: -4 };
    store.usage.record(entry(id, { usage: { ...usage, cacheWriteTokens: 1e300 } }));
    const totals = { inputTokens: 2, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    expect(expectOk(store.usage.usageOf(id))).toMatchObject(totals);
  });
});

describe('opening', () => {
  it('fails with a wrong key and changes nothing', () => {
    const { text, id } = create('laptop');
    store.close();
    expect(open('00'.repeat(32))).toMatchObject({ failure: { reason: 'wrong-key-or-damaged' } });
    store = expectOk(open());
    expect(idOf(text, store)).toBe(id);
  });
});
