import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, Secret, type Clock } from '@postern/kernel';
import { executablePath, secretName, type AuditActor, type AuditEvent } from '@postern/protocol';
import { openAuditLog, type AuditLog, type AuditLogOptions } from '../log/open-audit-log.ts';

export const TEST_KEY = Secret.of('5ec2e7'.padEnd(64, '0'));
const TEST_ACTOR: AuditActor = {
  uid: 1000,
  pid: 4242,
  executable: executablePath.from('/usr/bin/postern'),
};

/** A clock that advances by one second on every read. */
function steppingClock(): Clock {
  let nowMs = Date.UTC(2025, 0, 1);
  return { nowMs: () => (nowMs += 1000), monotonicMs: () => performance.now() };
}

/** An empty directory that is removed at the end of the `await using` scope. */
export async function testDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'postern-audit-'));
  return {
    path: join(path, 'audit'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

export async function openTestLog(
  directory: string,
  options: Partial<AuditLogOptions> = {},
): Promise<AuditLog> {
  const opened = await openAuditLog({
    directory,
    key: TEST_KEY,
    clock: steppingClock(),
    actor: TEST_ACTOR,
    ...options,
  });
  return expectOk(opened);
}

export function readOf(name: string): AuditEvent {
  const subject = { kind: 'secret', name: secretName.from(name) } as const;
  return { action: 'secret.read', subject, outcome: 'success' };
}

/** Appends reads of `secret-FIRST` up to `secret-LAST`. */
export async function appendReads(log: AuditLog, first: number, last: number): Promise<void> {
  for (let at = first; at <= last; at += 1) expectOk(await log.append(readOf(`secret-${at}`)));
}
