import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, type Vault, type VaultStorage } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { refuseWhileHeld } from '../instance/alone.ts';
import type { OpenParts } from './front-end.ts';
import { hasPassphrase } from './has-passphrase.ts';
import { open } from './home-vault.ts';
import { localVault } from './open-vault.ts';
import { unlockAndRecord, unlockByPassphrase } from './unlock-and-record.ts';

export interface MigrateOptions {
  /** The storage that must currently contain the secrets. */
  readonly from?: VaultStorage;
  readonly to: VaultStorage;
  readonly dryRun: boolean;
  /** Removes the secrets from the old storage. */
  readonly removeSource: boolean;
}

type Migrated = Extract<Awaited<ReturnType<Vault['migrate']>>, { ok: true }>['value'];

export interface MigratedVault extends Migrated {
  /** The configuration names the other storage, so the vault doesn't open until that is changed. */
  readonly isOtherConfigured: boolean;
}

/** Moves the secrets to the other storage: copies them, reads them back, then switches. */
export async function migrateVault(
  parts: OpenParts,
  { from, ...options }: MigrateOptions,
): Promise<Result<MigratedVault, Problem>> {
  const free = await refuseWhileHeld(parts.home);
  if (!free.ok) return free;
  const opened = await open(parts);
  if (!opened.ok) return opened;
  const { vault, loaded } = opened.value;
  const { storage } = vault;
  if (storage === undefined) return failed(problem('VAULT_NOT_SET_UP'));
  if (from !== undefined && from !== storage) {
    return failed(problem('USAGE', `The secrets are in ${storage} storage, not in ${from}.`));
  }
  const unlocked = await unlockToMigrate(parts, vault, options.to);
  if (!unlocked.ok) return unlocked;
  const passphrase = unlocked.value;
  const moved = await vault.migrate({
    ...options,
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  if (!moved.ok) return failed(describeVaultFailure(moved.failure));
  const count = moved.value.copied.length;
  const recorded = options.dryRun ? ok() : await recordMigrated(parts, vault, count);
  if (!recorded.ok) return recorded;
  const configured = loaded.config.storage;
  const isOtherConfigured = configured !== 'auto' && configured !== options.to;
  return ok({ ...moved.value, isOtherConfigured });
}

/** Unlocks the vault. Gets its passphrase, current or first, if the other storage needs it. */
async function unlockToMigrate(
  parts: OpenParts,
  vault: Vault,
  to: VaultStorage,
): Promise<Result<Secret | undefined, Problem>> {
  if (vault.storage !== 'keyring') {
    const unlocked = await unlockByPassphrase(parts, vault);
    return unlocked.ok ? ok(undefined) : unlocked;
  }
  const unlocked = await unlockAndRecord(parts, vault, { way: { with: 'keyring' } });
  if (!unlocked.ok) return unlocked;
  if (to === 'keyring') return ok(undefined);
  const { frontEnd } = parts;
  const isFirst = !hasPassphrase(vault);
  return isFirst
    ? await frontEnd.askNewPassphrase()
    : await frontEnd.askPresentPassphrase(
        'The vault also has a passphrase, which is needed to move it to a file.',
      );
}

export async function recordMigrated(
  parts: AuditPlace,
  vault: Vault,
  count: number,
): Promise<Result<undefined, Problem>> {
  const { id } = vault;
  if (id === undefined) return ok();
  const subject = { kind: 'vault', id } as const;
  return await recordEvents(parts, localVault(vault), [
    { action: 'vault.migrate', outcome: 'success', subject, count },
  ]);
}
