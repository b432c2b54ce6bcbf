import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog, type AuditLog } from '@postern/audit';
import { expectOk, Secret } from '@postern/kernel';
import { gatewayKeyId } from '@postern/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRefusedKeys, MANY_REFUSALS, type RefusedKeys } from './refused-keys.ts';

const clock = { time: 0, nowMs: () => clock.time, monotonicMs: () => clock.time };
let directory: string;
let log: AuditLog;
let isOpen: boolean;
let said: string[];
let keys: RefusedKeys;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postern-refused-'));
  log = expectOk(
    await openAuditLog({
      directory: join(directory, 'audit'),
      key: Secret.of('5a'.repeat(32)),
      clock,
      actor: { uid: 1, pid: 2, executable: null },
    }),
  );
  isOpen = true;
  said = [];
  keys = createRefusedKeys({
    clock,
    log: () => (isOpen ? log : undefined),
    say: (line) => said.push(line),
  });
});
afterEach(async () => {
  await log.close();
  await rm(directory, { recursive: true });
});

const counts = async () =>
  expectOk(await log.tail(99))
    .filter(({ action }) => action === 'gateway.refuse')
    .map(({ count, outcome }) => [count, outcome]);

const UNKNOWN = { code: 'GATEWAY_KEY_REQUIRED', keyId: undefined } as const;

const refuse = (times: number) => {
  for (let at = 0; at < times; at += 1) keys.refused(UNKNOWN);
};

describe('rejected gateway keys', () => {
  it('are recorded with their number once a minute and before the log closes', async () => {
    refuse(5);
    await keys.flush();
    clock.time += 60_000;
    refuse(3);
    clock.time += 59_000;
    refuse(2);
    await keys.flush();
    await keys.flush();
    const written = await counts();
    expect(written.map(([count]) => Number(count)).reduce((sum, count) => sum + count)).toBe(10);
    expect(written.length).toBeLessThanOrEqual(4);
    expect(new Set(written.map(([, outcome]) => outcome))).toEqual(new Set(['denied']));
  });

  it('are kept while the vault is locked', async () => {
    isOpen = false;
    refuse(7);
    await keys.flush();
    isOpen = true;
    await keys.flush();
    expect(await counts()).toEqual([[7, 'denied']]);
  });

  it('are counted for each key and reason, and a known key is no guess', async () => {
    const keyId = gatewayKeyId.from('0'.repeat(26));
    for (let at = 0; at < MANY_REFUSALS; at += 1) {
      keys.refused({ code: 'GATEWAY_KEY_EXPIRED', keyId });
    }
    keys.refused({ code: 'GATEWAY_KEY_DISABLED', keyId });
    keys.refused(UNKNOWN);
    await keys.flush();
    const records = expectOk(await log.tail(99)).filter(
      ({ action }) => action === 'gateway.refuse',
    );
    const totals = new Map<string, number>();
    for (const { reason, subject, count = 0 } of records) {
      const index = `${reason ?? ''} ${JSON.stringify(subject ?? null)}`;
      totals.set(index, (totals.get(index) ?? 0) + count);
    }
    const subject = JSON.stringify({ kind: 'gateway-key', id: keyId });
    expect([...totals].sort()).toEqual([
      [`GATEWAY_KEY_DISABLED ${subject}`, 1],
      [`GATEWAY_KEY_EXPIRED ${subject}`, MANY_REFUSALS],
      ['GATEWAY_KEY_REQUIRED null', 1],
    ]);
    expect(said).toEqual([]);
  });

  it('are reported once a minute if there are many', () => {
    refuse(MANY_REFUSALS - 1);
    expect(said).toEqual([]);
    refuse(500);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^WARNING: 20 requests with an invalid gateway key within a minute/);
    clock.time += 60_000;
    refuse(MANY_REFUSALS - 1);
    expect(said).toHaveLength(1);
    refuse(1);
    expect(said).toHaveLength(2);
  });
});
