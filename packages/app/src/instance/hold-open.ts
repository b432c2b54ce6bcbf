import { join } from 'node:path';
import type { AuditLog } from '@postern/audit';
import { takeLock } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { AutoLock } from '@postern/vault';
import { auditedLocalVault, keepAnchored, openAudit, record } from '../audit/audit.ts';
import { forwardInBackground } from '../audit/forward-audit.ts';
import { lockRules } from '../config/lock-rules.ts';
import { describeLockFailure } from '../failure/describe-home.ts';
import type { Listening } from '../server/listen.ts';
import { serveAgent } from '../server/serve-agent.ts';
import { openExisting } from '../vault/connect-or-open.ts';
import type { OpenParts } from '../vault/front-end.ts';
import type { HomeVault } from '../vault/home-vault.ts';
import type { LockReason } from '../vault/locking.ts';
import { localVault } from '../vault/open-vault.ts';
import { unlockAndRecord } from '../vault/unlock-and-record.ts';
import { findHolder } from './connect.ts';
import { agentPlace, holderPlaces } from './control-address.ts';

/** Why the vault was locked, with the audit log's reasons. */
export type HoldEnd = LockReason | 'EXPIRED';

export interface HoldParts extends OpenParts {
  readonly version: string;
  readonly ttlMs: number;
  readonly lookEveryMs: number;
  /** Prints a line where the process was started. */
  readonly say: (line: string) => void;
  /** The vault is available to other processes until `stop` is called or another reason ends it. */
  readonly onOpen: (stop: () => void) => void;
}

const HELD = problem('ALREADY_RUNNING', 'A running Postern already has the vault unlocked.');

/** A failure if another process has the vault unlocked. */
export async function refuseSecondHolder({
  home,
}: Pick<OpenParts, 'home'>): Promise<Result<undefined, Problem>> {
  const holder = await findHolder(holderPlaces(home));
  if (!holder.ok) return holder;
  return holder.value === undefined ? ok() : failed(HELD);
}

/** Unlocks the vault and serves it to this user's other processes. Returns why that ended. */
export async function holdOpen(parts: HoldParts): Promise<Result<HoldEnd, Problem>> {
  const alone = await refuseSecondHolder(parts);
  if (!alone.ok) return alone;
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const lock = takeLock(join(parts.home.dataDir, 'agent.lock'));
  if (!lock.ok) {
    return failed(lock.failure.reason === 'lock-held' ? HELD : describeLockFailure(lock.failure));
  }
  try {
    const unlocked = await unlockAndRecord(parts, opened.value.vault);
    return unlocked.ok ? await serveUntilEnd(parts, opened.value) : unlocked;
  } finally {
    lock.value.release();
  }
}

async function serveUntilEnd(
  parts: HoldParts,
  found: HomeVault,
): Promise<Result<HoldEnd, Problem>> {
  const audited = await auditedLocalVault(parts, found.vault);
  if (!audited.ok) return audited;
  const ended = Promise.withResolvers<HoldEnd>();
  const autoLock = lockByItself(parts, found, ended.resolve);
  const serving = await serveAgent({
    place: agentPlace(parts.home),
    randomness: parts.randomness,
    vault: audited.value,
    version: parts.version,
    onUse: () => {
      autoLock.touch();
    },
    onLock: () => {
      ended.resolve('ASKED');
    },
  });
  if (!serving.ok) return serving;
  const log = await recordStart(parts, found);
  if (!log.ok) {
    await serving.value.close(0);
    return log;
  }
  const watching = watch(parts, found, log.value, autoLock, ended.resolve);
  parts.onOpen(() => {
    ended.resolve('EXIT');
  });
  const reason = await ended.promise;
  await watching.stop();
  await close(found, log.value, serving.value, reason);
  return ok(reason);
}

async function recordStart(
  { home, clock }: HoldParts,
  { vault }: HomeVault,
): Promise<Result<AuditLog, Problem>> {
  const log = await openAudit(home.dataDir, localVault(vault), clock);
  if (!log.ok) return log;
  const recorded = await record(log.value, { action: 'agent.start', outcome: 'success' });
  return recorded.ok ? log : recorded;
}

function lockByItself(
  { clock }: HoldParts,
  { loaded }: HomeVault,
  end: (why: HoldEnd) => void,
): AutoLock {
  // The user who started the agent was asked for the passphrase, or could have been.
  const rules = lockRules(loaded.config.vault, 'person');
  return new AutoLock({
    clock,
    idleMs: () => rules.idleMs,
    lock: (cause) => {
      if (cause === 'idle') end('IDLE');
      else if (rules.onSuspend) end('SUSPEND');
    },
  });
}

/** A timer with a longer delay fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Runs while the vault is unlocked: the timers, the log's anchor and log forwarding. */
function watch(
  parts: HoldParts,
  { loaded }: HomeVault,
  log: AuditLog,
  autoLock: AutoLock,
  end: (why: HoldEnd) => void,
): { stop(): Promise<void> } {
  const anchoring = keepAnchored(log);
  const forwarding = forwardInBackground({ ...parts, log, config: () => loaded.config });
  const watching = autoLock.start(parts.lookEveryMs);
  const expire = () => {
    end('EXPIRED');
  };
  const timer = setTimeout(expire, Math.min(parts.ttlMs, MAX_TIMER_MS));
  return {
    stop: async () => {
      clearTimeout(timer);
      watching[Symbol.dispose]();
      anchoring[Symbol.dispose]();
      await forwarding?.stop();
    },
  };
}

async function close(
  { vault }: HomeVault,
  log: AuditLog,
  serving: Listening,
  reason: HoldEnd,
): Promise<void> {
  // Only an unlocked vault can store it.
  await log.keepAnchor();
  vault.lock();
  await Promise.all([
    record(log, { action: 'vault.lock', outcome: 'success', reason }),
    record(log, { action: 'agent.stop', outcome: 'success', reason }),
  ]);
  await log.close();
  await serving.close(0);
}
