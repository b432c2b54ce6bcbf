import { openMemoryDatabase, type Database } from '@postern/database';
import { gatewayKeyId, providerId } from '@postern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_TIMES } from '../http/call-timer.ts';
import { GATEWAY_MIGRATIONS } from '../store/migrations.ts';
import { SqliteUsage } from './sqlite-usage.ts';
import type { UsageEntry } from './usage-log.ts';

const KEY_ID = gatewayKeyId.from('0'.repeat(26));

const entry: UsageEntry = {
  requestId: 'req_1',
  times: NO_TIMES,
  keyId: KEY_ID,
  costMicroUsd: 7,
  atMs: 1,
  provider: providerId.from('openai'),
  model: 'm'.repeat(1000),
  dialect: 'openai-chat',
  status: 200,
  streamed: false,
  ending: 'complete',
  usage: { inputTokens: 1, outputTokens: 1 },
  estimated: false,
  durationMs: 1,
  requestBytes: 1,
  answerBytes: 1,
};

let database: Database;
let usage: SqliteUsage;

const stored = (): unknown => database.prepare('SELECT count(*) AS n FROM usage').get()?.['n'];
const capPages = (pages: number): unknown =>
  database.prepare(`PRAGMA max_page_count = ${pages}`).get();

beforeEach(() => {
  vi.useFakeTimers();
  database = openMemoryDatabase({ migrations: GATEWAY_MIGRATIONS, label: 'gateway' });
  database
    .prepare('INSERT INTO gateway_key (id, name, hint, hash, created_at_ms) VALUES (?, ?, ?, ?, ?)')
    .run(KEY_ID, 'k', 'abcd', new Uint8Array(32), 1);
  usage = new SqliteUsage(database);
});

afterEach(() => {
  usage.close();
  database.close();
  vi.useRealTimers();
});

describe('SqliteUsage', () => {
  it('writes an entry within 200 ms', () => {
    usage.record(entry);
    expect(stored()).toBe(0);
    vi.advanceTimersByTime(200);
    expect(stored()).toBe(1);
  });

  it("writes the client's and the upstream's id of the request", () => {
    usage.record(entry);
    usage.record({ ...entry, upstreamRequestId: 'req_of_the_provider' });
    usage.flush();
    const rows = database.prepare('SELECT request_id, upstream_request_id FROM usage ORDER BY id');
    expect(rows.all()).toEqual([
      { request_id: 'req_1', upstream_request_id: null },
      { request_id: 'req_1', upstream_request_id: 'req_of_the_provider' },
    ]);
  });

  it('writes many before that', () => {
    for (let at = 0; at < 256; at += 1) usage.record(entry);
    vi.advanceTimersByTime(0);
    expect(stored()).toBe(256);
  });

  it('keeps what a full disk refuses, and writes it when there is room', () => {
    capPages(20);
    for (let at = 0; at < 500; at += 1) usage.record(entry);
    expect(usage.flush()).toMatchObject({ ok: false, failure: { reason: 'disk-full' } });
    expect(stored()).toBe(0);
    expect(usage.isFull()).toBe(false);
    capPages(100_000);
    vi.advanceTimersByTime(200);
    expect(stored()).toBe(500);
  });

  it('says when so much waits that nothing more may be taken on', () => {
    capPages(20);
    for (let at = 0; at < 10_000; at += 1) usage.record(entry);
    expect(usage.isFull()).toBe(true);
    capPages(100_000);
    usage.flush();
    expect(usage.isFull()).toBe(false);
    expect(stored()).toBe(10_000);
  });

  it('waits for the disk in flush() alone, and there also for what was written before', async () => {
    const sync = vi.spyOn(database, 'sync');
    const syncSoon = vi.spyOn(database, 'syncSoon');
    usage.record(entry);
    vi.advanceTimersByTime(200);
    expect([sync.mock.calls.length, syncSoon.mock.calls.length]).toEqual([0, 1]);
    expect(usage.flush()).toEqual({ ok: true, value: undefined });
    expect(sync).toHaveBeenCalledTimes(1);
    await syncSoon.mock.results[0]?.value;
    usage.flush();
    expect(sync).toHaveBeenCalledTimes(1);
  });

  it('syncs again after a failure', async () => {
    const failure = {
      reason: 'disk-fault',
      label: 'gateway',
      path: 'p',
      systemCode: 'EIO',
    } as const;
    const syncSoon = vi.spyOn(database, 'syncSoon').mockResolvedValueOnce({ ok: false, failure });
    usage.record(entry);
    await vi.advanceTimersByTimeAsync(200);
    expect(syncSoon).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(syncSoon).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(syncSoon).toHaveBeenCalledTimes(2);
  });
});
