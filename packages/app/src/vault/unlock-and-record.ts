import { eraseSecret, failed, ok, type Result, type Secret } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeVaultFailure, type UnlockMethod, type Vault } from '@postern/vault';
import type { OpenParts } from './front-end.ts';
import { recordUnlocked, unlock, type RecoveredRekey } from './unlock.ts';

type UnlockParts = Pick<OpenParts, 'home' | 'clock' | 'frontEnd' | 'isForLog'>;

export interface UnlockAndRecordOptions {
  /** Default: the keyring if that is the storage, else the passphrase. */
  readonly way?: UnlockMethod;
  /** Doesn't report a recovered data key change. */
  readonly isSilent?: boolean;
}

/** Unlocks the vault and records it. Returns the outcome of an interrupted data key change. */
export async function unlockAndRecord(
  parts: UnlockParts,
  vault: Vault,
  { way, isSilent = false }: UnlockAndRecordOptions = {},
): Promise<Result<RecoveredRekey | undefined, Problem>> {
  const chosen = way ?? (vault.storage === 'keyring' ? ({ with: 'keyring' } as const) : undefined);
  if (chosen === undefined) {
    const unlocked = await unlockByPassphrase(parts, vault, { isSilent });
    if (!unlocked.ok) return unlocked;
    eraseSecret(unlocked.value.passphrase);
    return ok(unlocked.value.recovered);
  }
  const unlocked = await unlock(vault, chosen);
  if (!unlocked.ok) return failed(describeVaultFailure(unlocked.failure));
  const recorded = await recordAndReport(parts, vault, unlocked.value, isSilent);
  return recorded.ok ? ok(unlocked.value) : recorded;
}

/** How often the user may type the passphrase. */
const ATTEMPTS = 3;

export interface UnlockedByPassphrase {
  readonly passphrase: Secret;
  readonly recovered: RecoveredRekey | undefined;
}

/** Unlocks with the passphrase and returns it. A passphrase that wasn't typed is tried once. */
export async function unlockByPassphrase(
  parts: UnlockParts,
  vault: Vault,
  { isSilent = false }: Pick<UnlockAndRecordOptions, 'isSilent'> = {},
): Promise<Result<UnlockedByPassphrase, Problem>> {
  const { frontEnd } = parts;
  const attempts = frontEnd.isPassphraseTyped() ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    const asked = await frontEnd.askPassphrase();
    if (!asked.ok) return asked;
    const passphrase = asked.value;
    const unlocked = await unlock(vault, { with: 'passphrase', passphrase });
    if (unlocked.ok) {
      const recovered = unlocked.value;
      const recorded = await recordAndReport(parts, vault, recovered, isSilent);
      return recorded.ok ? ok({ passphrase, recovered }) : recorded;
    }
    if (unlocked.failure.reason !== 'wrong-passphrase' || attempt === attempts) {
      return failed(describeVaultFailure(unlocked.failure));
    }
    eraseSecret(passphrase);
    frontEnd.onWrongPassphrase();
  }
}

async function recordAndReport(
  parts: UnlockParts,
  vault: Vault,
  recovered: RecoveredRekey | undefined,
  isSilent: boolean,
): Promise<Result<undefined, Problem>> {
  const recorded = await recordUnlocked(parts, vault, recovered);
  if (!recorded.ok && parts.isForLog !== true) return recorded;
  if (recovered !== undefined && !isSilent) parts.frontEnd.onRecovered(recovered);
  return ok();
}
