import { join } from 'node:path';
import { describeAuditFailure, openAuditLog, type AnchorPort, type AuditLog } from '@postern/audit';
import { failed, ok, type Clock, type Result, type Secret } from '@postern/kernel';
import type { AuditEvent, Problem, SecretName } from '@postern/protocol';
import type { TakenSecrets } from '@postern/run';
import type { Vault } from '@postern/vault';
import type { Home } from '../config/home.ts';
import { thisProcess } from '../system/this-process.ts';
import { findSecrets, type FoundSecrets, type UnreadableSecret } from '../secrets/find-secrets.ts';
import { localVault, type OpenVault, type SecretUse } from '../vault/open-vault.ts';

/** Where the log of a home is. */
export function auditDirectory(dataDir: string): string {
  return join(dataDir, 'audit');
}

/** Opens the log of a vault, under a key of its own that outlives a change of the data key. */
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

/** Whose log, and by which clock. */
export interface AuditPlace {
  readonly home: Pick<Home, 'dataDir'>;
  readonly clock: Clock;
}

/** Writes events that belong together, for a process that does not keep the log open. */
export async function recordEvents(
  { home, clock }: AuditPlace,
  vault: OpenVault,
  events: readonly AuditEvent[],
): Promise<Result<undefined, Problem>> {
  const log = await openAudit(home.dataDir, vault, clock);
  if (!log.ok) return log;
  const written = await Promise.all(events.map((event) => record(log.value, event)));
  // What only opens the vault does not write the anchor anew each time.
  const isOpening = events.every(({ action }) => action === 'vault.unlock');
  await log.value.keepAnchor(isOpening ? ANCHOR_MS : 0);
  await log.value.close();
  return written.find((each) => !each.ok) ?? ok();
}

/** How old the anchor of the log may get while a process holds the vault. */
const ANCHOR_MS = 60_000;

/** Keeps the anchor of the log young. What goes wrong is found again, and said, by the next append. */
export function keepAnchored(log: AuditLog): Disposable {
  const timer = setInterval(() => void log.keepAnchor(), ANCHOR_MS).unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}

/** The same under its key; without an anchor an older log in its place is not noticed. */
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

/** Writes one event; that it could not be written is a failure of what it was about. */
export async function record(
  log: AuditLog,
  event: AuditEvent,
): Promise<Result<undefined, Problem>> {
  const written = await log.append(event);
  return written.ok ? ok() : failed(describeAuditFailure(written.failure));
}

const READING: SecretUse = { action: 'secret.read' };

/** Writes to the log which secrets are handed out, and only then gives their values. */
export async function handOut(
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
 * The same vault, each use of a secret written to the log. A value is only handed out once its use
 * stands there.
 */
export function auditedVault(vault: OpenVault, log: AuditLog): OpenVault {
  return {
    ...vault,
    get: async (name, use = READING) => {
      const found = await vault.get(name);
      if (found.ok && found.value === undefined) return found;
      return await recordResult(log, { ...use, subject: { kind: 'secret', name } }, found);
    },
    take: async (wish, use) =>
      await handOut(log, use, await findSecrets((name) => vault.get(name), wish)),
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

/** A vault that this process unlocked, each use of a secret written to the audit log. */
export async function auditedLocalVault(
  { home, clock }: AuditPlace,
  vault: Vault,
): Promise<Result<OpenVault, Problem>> {
  // Without it the next `takeSecrets` has to unlock the vault; that is all.
  await vault.storeStableKey('audit/log');
  const open = localVault(vault);
  const log = await openAudit(home.dataDir, open, clock);
  return log.ok ? ok(auditedVault(open, log.value)) : log;
}

/** A change of the vault is one after which the log may not go back. */
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
