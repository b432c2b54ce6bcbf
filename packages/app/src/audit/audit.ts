import { join } from 'node:path';
import { describeAuditFailure, openAuditLog, type AnchorPort, type AuditLog } from '@postern/audit';
import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import { problem, type AuditEvent, type Problem, type SecretName } from '@postern/protocol';
import type { TakenSecrets } from '@postern/run';
import type { Vault } from '@postern/vault';
import type { Home } from '../config/home.ts';
import { thisProcess } from '../system/this-process.ts';
import { findSecrets, type FoundSecrets, type UnreadableSecret } from '../secrets/find-secrets.ts';
import { localVault, type OpenVault, type SecretUse } from '../vault/open-vault.ts';

/** The directory of a home's log. */
export function auditDirectory(dataDir: string): string {
  return join(dataDir, 'audit');
}

/** Opens the log of a vault under its own key, which stays the same when the data key changes. */
export async function openAudit(
  dataDir: string,
  vault: OpenVault,
  clock: Clock,
): Promise<Result<AuditLog, Problem>> {
  const key = await vault.deriveStableKey('audit/log');
  const anchor: AnchorPort = {
    read: async () => await vault.readAuditHead(),
    keep: async (head, isNewLog) => await vault.saveAuditHead(head, isNewLog),
  };
  return key.ok ? await openAuditUnder(key.value, dataDir, clock, anchor) : key;
}

/** The home and the clock of the log. */
export interface AuditPlace {
  readonly home: Pick<Home, 'dataDir'>;
  readonly clock: Clock;
}

/** Writes related events, for a process that doesn't keep the log open. */
export async function recordEvents(
  { home, clock }: AuditPlace,
  vault: OpenVault,
  events: readonly AuditEvent[],
): Promise<Result<undefined, Problem>> {
  const log = await openAudit(home.dataDir, vault, clock);
  if (!log.ok) return log;
  const written = await Promise.all(events.map((event) => record(log.value, event)));
  // Opening the vault doesn't update the anchor each time.
  const isOpening = events.every(({ action }) => action === 'vault.unlock');
  await log.value.keepAnchor(isOpening ? ANCHOR_MS : 0);
  await log.value.close();
  return written.find((each) => !each.ok) ?? ok();
}

/** A change that may only be made if the log has a record of it. */
export interface RecordedChange<T> {
  /** Written before the change. */
  readonly begin: AuditEvent;
  readonly change: () => Result<T, Problem>;
  /** Written after it. */
  readonly outcome: (changed: Result<T, Problem>) => readonly AuditEvent[];
}

/** As `recordAround`, for a process that doesn't keep the log open. */
export async function recordChangeOnce<T>(
  { home, clock }: AuditPlace,
  vault: OpenVault,
  change: RecordedChange<T>,
): Promise<Result<T, Problem>> {
  const log = await openAudit(home.dataDir, vault, clock);
  if (!log.ok) return log;
  const changed = await recordAround(log.value, change);
  await log.value.keepAnchor(0);
  await log.value.close();
  return changed;
}

/**
 * Records that a change begins, makes it, and records its outcome. If the first can't be recorded, nothing is changed.
 * If only the outcome can't, the change stays, and the problem says so.
 */
export async function recordAround<T>(
  log: AuditLog,
  { begin, change, outcome }: RecordedChange<T>,
): Promise<Result<T, Problem>> {
  const begun = await record(log, begin);
  if (!begun.ok) return begun;
  const changed = change();
  const written = await Promise.all(outcome(changed).map((event) => record(log, event)));
  const lost = written.find((each) => !each.ok);
  if (!changed.ok || lost === undefined) return changed;
  const { code, message, remedy } = lost.failure;
  return failed(
    problem(code, `The change was made, but not all of it was recorded. ${message}`, remedy),
  );
}

/** The maximum age of the log's anchor while a process has the vault unlocked. */
const ANCHOR_MS = 60_000;

/** Updates the log's anchor regularly. The next append detects and reports failures. */
export function keepAnchored(log: AuditLog): Disposable {
  const timer = setInterval(() => void log.keepAnchor(), ANCHOR_MS).unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}

/** The same with a given key. Without an anchor, an older copy of the log isn't detected. */
export async function openAuditUnder(
  key: Secret,
  dataDir: string,
  clock: Clock,
  anchor?: AnchorPort,
): Promise<Result<AuditLog, Problem>> {
  const log = await openAuditLog({
    ...(anchor === undefined ? {} : { anchor }),
    directory: auditDirectory(dataDir),
    key,
    clock,
    actor: thisProcess(),
  });
  return log.ok ? log : failed(describeAuditFailure(log.failure));
}

/** Writes one event. If it can't be written, the operation that it records fails. */
export async function record(
  log: AuditLog,
  event: AuditEvent,
): Promise<Result<undefined, Problem>> {
  const written = await log.append(event);
  return written.ok ? ok() : failed(describeAuditFailure(written.failure));
}

const READING: SecretUse = { action: 'secret.read' };

/** Records which secrets are used, and only then returns their values. */
export async function takeRecorded(
  log: AuditLog,
  use: SecretUse,
  found: Result<FoundSecrets, UnreadableSecret>,
): Promise<Result<TakenSecrets, Problem>> {
  if (!found.ok) {
    const { name, failure } = found.failure;
    return await recordResult(log, { ...use, subject: { kind: 'secret', name } }, failed(failure));
  }
  const { used, values, missing } = found.value;
  const recordUse = async (name: SecretName) =>
    await recordResult(log, { ...use, subject: { kind: 'secret', name } }, ok());
  const written = await Promise.all(used.map(recordUse));
  return written.find((each) => !each.ok) ?? ok({ values, missing });
}

/**
 * Wraps a vault so that each use of a secret is recorded. A value is only returned once its use is
 * in the log.
 */
export function auditedVault(vault: OpenVault, log: AuditLog): OpenVault {
  return {
    ...vault,
    get: async (name, use = READING) => {
      const found = await vault.get(name);
      if (found.ok && found.value === undefined) return found;
      return await recordResult(log, { ...use, subject: { kind: 'secret', name } }, found);
    },
    take: async (request, use) =>
      await takeRecorded(log, use, await findSecrets((name) => vault.get(name), request)),
    put: async (next, action) => {
      const stored = await vault.put(next);
      const subject = { kind: 'secret', name: next.name } as const;
      return await recordChange(log, { action: action ?? 'secret.write', subject }, stored);
    },
    setValue: async (input) => {
      const stored = await vault.setValue(input);
      if (stored.ok && stored.value !== 'stored') return stored;
      const subject = { kind: 'secret', name: input.name } as const;
      return await recordChange(log, { action: input.action, subject }, stored);
    },
    remove: async (name) => {
      const removed = await vault.remove(name);
      return await recordChange(
        log,
        { action: 'secret.remove', subject: { kind: 'secret', name } },
        removed,
      );
    },
  };
}

/** A vault that this process unlocked. Each use of a secret is recorded in the audit log. */
export async function auditedLocalVault(
  { home, clock }: AuditPlace,
  vault: Vault,
): Promise<Result<OpenVault, Problem>> {
  // Without it, the next `takeSecrets` has to unlock the vault.
  await vault.storeStableKey('audit/log');
  const open = localVault(vault);
  const log = await openAudit(home.dataDir, open, clock);
  return log.ok ? ok(auditedVault(open, log.value)) : log;
}

/** Records a change of the vault and updates the anchor, so that an older log is detected later. */
async function recordChange<T>(
  log: AuditLog,
  event: Omit<AuditEvent, 'outcome'>,
  result: Result<T, Problem>,
): Promise<Result<T, Problem>> {
  const written = await recordResult(log, event, result);
  if (written.ok) await log.keepAnchor();
  return written;
}

async function recordResult<T>(
  log: AuditLog,
  event: Omit<AuditEvent, 'outcome'>,
  result: Result<T, Problem>,
): Promise<Result<T, Problem>> {
  const written = await record(
    log,
    result.ok
      ? { ...event, outcome: 'success' }
      : { ...event, outcome: 'failure', reason: result.failure.code },
  );
  return result.ok && !written.ok ? written : result;
}
