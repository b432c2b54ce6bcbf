import { openMemoryDatabase, type Database } from '@postern/database';
import { expectOk, revealSecret, Secret } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_TIMES } from '../http/call-timer.ts';
import { GATEWAY_MIGRATIONS } from '../store/migrations.ts';
import { SqliteUsage } from '../usage/sqlite-usage.ts';
import type { GatewayKeyStore, IssuedKey } from './gateway-key.ts';
import { keyHasher } from './key-hash.ts';
import { SqliteKeys } from './sqlite-keys.ts';

const NOW_MS = 1_800_000_000_000;
const clock = { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS };
const randomness = { bytes: (count: number) => randomBytes(count) };
const hashOf = keyHasher(Secret.of('ab'.repeat(32)));

let database: Database;
/** The keys and the usage of another process. */
let others: GatewayKeyStore;
let usage: SqliteUsage;
let issued: IssuedKey;
let keys: GatewayKeyStore;
/** How often a token was looked up in the store, which needs its hash. */
let lookups: number;

beforeEach(() => {
  database = openMemoryDatabase({ migrations: GATEWAY_MIGRATIONS, label: 'gateway' });
  others = new SqliteKeys(database, hashOf, clock, randomness);
  usage = new SqliteUsage(database);
  issued = expectOk(others.create({ name: 'laptop', settings: { models: ['one'] } }));
  lookups = 0;
  const counted = (text: string): Buffer => {
    lookups += 1;
    return hashOf(text);
  };
  keys = new SqliteKeys(asSeenByAnother(database), counted, clock, randomness);
});

afterEach(() => {
  usage.close();
  database.close();
});

/** As another connection sees a database that is written to all the time. */
function asSeenByAnother(written: Database): Database {
  let version = 0;
  return {
    label: written.label,
    prepare: (sql) => written.prepare(sql),
    attempt: (work) => written.attempt(work),
    runInTransaction: (work) => written.runInTransaction(work),
    runUnsynced: (work) => written.runUnsynced(work),
    sync: () => written.sync(),
    syncSoon: () => written.syncSoon(),
    dataVersion: () => (version += 1),
    quickCheck: () => written.quickCheck(),
    emptyLog: () => written.emptyLog(),
    close: () => undefined,
  };
}

/** The models of the key, or why it is refused, for a request that arrives now. */
async function verdict(): Promise<unknown> {
  await setImmediate();
  const resolved = expectOk(keys.resolve(revealSecret(issued.key)));
  return resolved.ok ? resolved.grant.models : resolved.code;
}

function writeUsage(): void {
  usage.record({
    ...{ requestId: 'req_1', times: NO_TIMES, keyId: issued.record.id, costMicroUsd: 7 },
    ...{ atMs: NOW_MS, provider: providerId.from('openai'), model: 'gpt', dialect: 'openai-chat' },
    ...{ status: 200, streamed: false, ending: 'complete', estimated: false, usage: {} },
    ...{ durationMs: 1, requestBytes: 1, answerBytes: 1 },
  });
  expectOk(usage.flush());
}

describe('keys that another process uses or changes', () => {
  it('stay cached while the other one records usage', async () => {
    for (let count = 0; count < 3; count += 1) {
      expect(await verdict()).toEqual(['one']);
      writeUsage();
    }
    expect(lookups).toBe(1);
    expect(expectOk(others.list())).toMatchObject([{ lastUsedAtMs: NOW_MS }]);
  });

  it.each<readonly [string, (record: IssuedKey['record']) => unknown, unknown]>([
    ['revoked', ({ id }) => others.revoke(id), 'GATEWAY_KEY_REVOKED'],
    ['disabled', ({ id }) => others.setDisabled(id, true), 'GATEWAY_KEY_DISABLED'],
    ['given another scope', ({ id }) => others.update(id, { models: ['two'] }), ['two']],
    ['expired', ({ id }) => others.update(id, { expiresAtMs: NOW_MS }), 'GATEWAY_KEY_EXPIRED'],
    ['rotated', ({ id }) => others.rotate(id, 0), 'GATEWAY_KEY_ROTATED'],
  ])('%s: the next request knows it, also between writes of usage', async (_name, change, then) => {
    expect(await verdict()).toEqual(['one']);
    writeUsage();
    expect(await verdict()).toEqual(['one']);
    expect(change(issued.record)).toMatchObject({ ok: true });
    writeUsage();
    expect(await verdict()).toEqual(then);
  });

  it('lose the grace period of a rotated text at once', async () => {
    expectOk(others.rotate(issued.record.id, 60_000));
    expect(await verdict()).toEqual(['one']);
    expectOk(others.rotate(issued.record.id, 0));
    expect(await verdict()).toBe('GATEWAY_KEY_ROTATED');
  });
});
