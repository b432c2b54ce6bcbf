import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem, type RestoreReport, type SetupInput } from '@postern/protocol';
import { describeVaultFailure, type OpenBackup, type UnlockMethod } from '@postern/vault';
import { record } from '../audit/audit.ts';
import { refuseWhileAgentHolds } from '../instance/alone.ts';
import type { Postern } from '../postern.ts';
import { chosenForNewVault } from '../vault/new-vault-choice.ts';
import { proofOf, proveUser, type TypedProof } from '../vault/prove.ts';
import { recordUnlocked, unlock } from '../vault/unlock.ts';
import { createFromBackup, restoreInto, type RestorePlace } from './restore-backup.ts';

type Follow = Pick<RestorePlace, 'onProgress' | 'signal'>;

/** A backup that was opened with its passphrase. */
export interface OpenedBackup {
  readonly backup: OpenBackup;
  readonly passphrase: Secret;
}

export interface RestoredHere {
  /** Undefined if nothing was replaced. */
  readonly report: RestoreReport | undefined;
  /** Of a new vault. */
  readonly recoveryCode: Secret | undefined;
  /** Why nothing was replaced, or why the vault isn't unlocked although everything was. */
  readonly problem: Problem | undefined;
}

/** Creates the vault of a running Postern from a backup, and unlocks it. */
export async function restoreAsNew(
  postern: Postern,
  { backup }: OpenedBackup,
  input: SetupInput,
  follow: Follow,
): Promise<Result<RestoredHere, Problem>> {
  return await postern.unlocking(async () => {
    const { vault } = postern;
    if (vault.state !== 'absent') return failed(problem('VAULT_EXISTS'));
    const choice = chosenForNewVault(input);
    if (!choice.ok) return choice;
    const created = await createFromBackup(placeOf(postern, follow), vault, backup, choice.value);
    if (!created.ok) return created;
    const { report, recoveryCode } = created.value;
    const opened = await openRestored(postern, report);
    return ok({ report, recoveryCode, problem: opened.ok ? undefined : opened.failure });
  });
}

async function openRestored(
  postern: Postern,
  { secrets }: RestoreReport,
): Promise<Result<unknown, Problem>> {
  const reloaded = await readSettings(postern);
  const stores = await postern.openCreated();
  if (!stores.ok) return stores;
  const { id } = postern.vault;
  const subject = id === undefined ? {} : { subject: { kind: 'vault', id } as const };
  const event = { action: 'vault.restore', outcome: 'success', count: secrets.length } as const;
  const recorded = await record(stores.value.audit, { ...event, ...subject });
  return recorded.ok ? reloaded : recorded;
}

/**
 * Replaces what a running Postern has with a backup. Its databases can't be replaced while they are open. So the vault
 * is locked first, which stops and saves running answers, and is unlocked again afterwards; nothing else can unlock it
 * meanwhile. Fails before it is locked if the user didn't prove who they are, or if another process has it unlocked.
 */
export async function restoreOver(
  postern: Postern,
  opened: OpenedBackup,
  typed: TypedProof,
  follow: Follow,
): Promise<Result<RestoredHere, Problem>> {
  return await postern.unlocking(async () => {
    const free = await refuseWhileAgentHolds(postern);
    if (!free.ok) return free;
    const proven = await proveUser(postern, proofOf(typed));
    if (!proven.ok) return proven;
    await postern.locking.lock('ASKED');
    const way = unlockWayOf(postern, typed);
    const restored = await restoreLocked(postern, opened, way, follow);
    postern.vault.lock();
    const reloaded = await readSettings(postern);
    const again = await postern.unlockWith(way);
    if (again.ok) postern.locking.opened(way.with === 'keyring' ? 'itself' : 'person');
    const report = restored.ok ? restored.value : undefined;
    const [why] = [restored, again, reloaded].flatMap((each) => (each.ok ? [] : [each.failure]));
    return ok({ report, recoveryCode: undefined, problem: why });
  });
}

async function restoreLocked(
  postern: Postern,
  { backup, passphrase }: OpenedBackup,
  way: UnlockMethod,
  follow: Follow,
): Promise<Result<RestoreReport, Problem>> {
  const { vault } = postern;
  const unlocked = await unlock(vault, way);
  if (!unlocked.ok) return failed(describeVaultFailure(unlocked.failure));
  const recorded = await recordUnlocked(postern, vault, unlocked.value);
  if (!recorded.ok) return recorded;
  return await restoreInto(placeOf(postern, follow), vault, backup, passphrase);
}

/** Unlike a reload, this takes every setting, and it was the user who changed them. */
async function readSettings(postern: Postern): Promise<Result<undefined, Problem>> {
  return await postern.change((written) => written);
}

function unlockWayOf({ vault }: Postern, typed: TypedProof): UnlockMethod {
  if (vault.storage === 'keyring') return { with: 'keyring' };
  return proofOf(typed) ?? { with: 'keyring' };
}

function placeOf({ home, clock, randomness }: Postern, follow: Follow): RestorePlace {
  return { home, clock, randomness, ...follow };
}
