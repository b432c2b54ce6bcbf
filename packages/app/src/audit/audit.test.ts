import { openAuditLog, type AuditLog } from '@postern/audit';
import { faultyDisk, Killed } from '@postern/audit/testing';
import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import { type AuditEvent, executablePath, problem, secretName } from '@postern/protocol';
import { parseReference, type SecretRequest } from '@postern/run';
import { type SecretRecord } from '@postern/vault';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { recordAround, takeRecorded } from './audit.ts';
import { findSecrets } from '../secrets/find-secrets.ts';

const USE = { action: 'secret.inject', program: executablePath.from('/bin/true') } as const;
const UNREADABLE = problem('KEYRING_LOCKED');
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  openai: { value: 'sk-1' },
  db: { user: 'me', password: 'mine' },
};

let log: AuditLog;
let asked: string[];

beforeEach(async () => {
  const clock = { nowMs: () => 1, monotonicMs: () => performance.now() };
  const actor = { uid: 1, pid: 2, executable: null };
  const key = Secret.of('5a'.repeat(32));
  log = expectOk(await openAuditLog({ directory: scratchDirectory(), key, clock, actor }));
  onTestFinished(() => log.close());
  asked = [];
});

function requestFor(
  whenMissing: SecretRequest['whenMissing'],
  ...texts: readonly string[]
): SecretRequest {
  const references = texts.flatMap((text) => parseReference(`postern://${text}`) ?? []);
  expect(references).toHaveLength(texts.length);
  return { references, whenMissing };
}

/** The values that are returned, and the records that the log then has. */
async function take(request: SecretRequest): Promise<readonly [object, readonly string[]]> {
  const get = (name: SecretRecord['name']) => {
    asked.push(name);
    if (name === 'locked') return Promise.resolve(failed(UNREADABLE));
    const texts = SECRETS[name];
    if (texts === undefined) return Promise.resolve(ok(undefined));
    const fields = Object.entries(texts).map(([field, text]) => [field, Secret.of(text)] as const);
    return Promise.resolve(ok({ name, fields: new Map(fields), createdAtMs: 1, updatedAtMs: 1 }));
  };
  const taken = await takeRecorded(log, USE, await findSecrets(get, request));
  const records = expectOk(await log.tail(99)).filter(({ action }) => action === 'secret.inject');
  if (!taken.ok) return [taken.failure, records.map(lineOf)];
  const values = [...taken.value.values].map(([key, value]) => [key, revealSecret(value)] as const);
  const given = { values: Object.fromEntries(values), missing: taken.value.missing };
  return [given, records.map(lineOf)];
}

function lineOf({ subject, outcome, reason, program }: AuditEvent): string {
  const name = subject?.kind === 'secret' ? subject.name : '-';
  return [name, outcome, reason, program].filter((word) => word !== undefined).join(' ');
}

describe('secrets that are taken together', () => {
  test('are in the log once each, even if several fields are taken', async () => {
    const request = requestFor('fail', 'openai', 'db/user', 'db/password');
    const values = { 'openai/value': 'sk-1', 'db/user': 'me', 'db/password': 'mine' };
    expect(await take(request)).toEqual([
      { values, missing: [] },
      ['openai success /bin/true', 'db success /bin/true'],
    ]);
    expect(asked).toEqual(['openai', 'db']);
  });

  test('are neither logged nor returned if a required one is missing', async () => {
    const request = requestFor('fail', 'openai', 'none', 'db/none');
    const missing = ['none/value', 'db/none'];
    expect(await take(request)).toEqual([{ values: {}, missing }, []]);
  });

  test('are logged without the missing ones if those are optional', async () => {
    const request = requestFor('leave-out', 'openai', 'none', 'db/none');
    const values = { 'openai/value': 'sk-1' };
    const missing = ['none/value', 'db/none'];
    expect(await take(request)).toEqual([{ values, missing }, ['openai success /bin/true']]);
  });

  test("are not returned if one can't be read, which is logged", async () => {
    const request = requestFor('leave-out', 'openai', 'locked');
    expect(await take(request)).toEqual([UNREADABLE, ['locked failure KEYRING_LOCKED /bin/true']]);
  });

  test("are not returned if that can't be recorded", async () => {
    const name = secretName.from('openai');
    const found = ok({
      values: new Map([['openai/value', Secret.of('x')]]),
      missing: [],
      used: [name],
    });
    const full = failed({ reason: 'disk-full', path: 'somewhere' } as const);
    const fullLog: AuditLog = { ...log, append: () => Promise.resolve(full) };
    expect(await takeRecorded(fullLog, USE, found)).toMatchObject({
      failure: { code: 'DISK_FULL' },
    });
  });
});

describe('a change that must be recorded', () => {
  const key = Secret.of('5a'.repeat(32));
  const clock = { nowMs: () => 1, monotonicMs: () => performance.now() };
  const actor = { uid: 1, pid: 2, executable: null };

  /** Whether the change was made, on a disk with this fault, and the log that it leaves. */
  async function changeOn(disk: ReturnType<typeof faultyDisk>) {
    const directory = scratchDirectory();
    const options = { directory, key, clock, actor };
    const faulty = expectOk(await openAuditLog({ ...options, disk }));
    // The first record of a log has nothing to do with the change.
    expectOk(await faulty.append({ action: 'agent.start', outcome: 'success' }));
    const before = disk.changes;
    let isMade = false;
    const change = recordAround(faulty, {
      begin: { action: 'gateway.key.begin', outcome: 'success' },
      change: () => {
        isMade = true;
        return ok('made');
      },
      outcome: () => [{ action: 'gateway.key.revoke', outcome: 'success' }],
    });
    const result = await change.catch((fault: unknown) => {
      expect(fault).toBeInstanceOf(Killed);
      return undefined;
    });
    const steps = disk.changes - before;
    const reader = expectOk(await openAuditLog(options));
    const actions: string[] = [];
    await reader.forEach(({ action }) => actions.push(action));
    await reader.close();
    return { result, isMade, before, steps, actions };
  }

  test('is made between the record that it begins and that of its outcome', async () => {
    const { result, actions } = await changeOn(faultyDisk(Infinity, 'full'));
    expect(result).toEqual(ok('made'));
    expect(actions.slice(-2)).toEqual(['gateway.key.begin', 'gateway.key.revoke']);
  });

  test.each(['full', 'kill'] as const)(
    'is never made without a record, whichever write fails (%s)',
    async (fault) => {
      const { before, steps } = await changeOn(faultyDisk(Infinity, fault));
      expect(steps).toBeGreaterThan(2);
      const made: boolean[] = [];
      for (let at = before + 1; at <= before + steps; at += 1) {
        const { result, isMade, actions } = await changeOn(faultyDisk(at, fault));
        made.push(isMade);
        if (isMade) expect(actions).toContain('gateway.key.begin');
        if (fault === 'kill') continue;
        // With a full disk, the problem says whether the change was made.
        const message = isMade
          ? /^The change was made, but not all of it was recorded\. /
          : /^(?!The change)/;
        if (result?.ok === false) {
          expect(result.failure.code).toBe('DISK_FULL');
          expect(result.failure.message).toMatch(message);
        } else expect(actions).toContain('gateway.key.revoke');
      }
      expect(new Set(made)).toEqual(new Set([false, true]));
    },
  );
});
