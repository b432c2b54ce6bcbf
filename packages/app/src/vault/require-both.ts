import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem, type UnlockRule } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import { whileAlone } from '../instance/alone.ts';
import { recordSlot } from './change-slots.ts';
import { openExisting } from './connect-or-open.ts';
import { hasPassphrase } from './has-passphrase.ts';
import { confirmByNewProcess, type RekeyParts } from './rekey.ts';
import { unlockAndRecord, unlockByPassphrase } from './unlock-and-record.ts';
import { changeUnlockRule, unlockRuleOf, type RuleChange } from './unlock-rule.ts';

/** What opens the vault now, as its header says. Asks for nothing. */
export async function readUnlockRule(parts: RekeyParts): Promise<Result<UnlockRule, Problem>> {
  const opened = await openExisting(parts);
  return opened.ok ? ok(unlockRuleOf(opened.value.vault)) : opened;
}

export interface ChangedRule {
  readonly rule: UnlockRule;
  readonly isChanged: boolean;
  /** Undefined if the old one still works. */
  readonly recoveryCode: Secret | undefined;
}

/**
 * Makes the vault require the passphrase and the keyring together, or no longer. Asks for its passphrase, or for a new one
 * if it has none.
 */
export async function setUnlockRule(
  parts: RekeyParts,
  rule: UnlockRule,
): Promise<Result<ChangedRule, Problem>> {
  return await whileAlone(parts.home, async (): Promise<Result<ChangedRule, Problem>> => {
    const opened = await openExisting(parts);
    if (!opened.ok) return opened;
    const { vault, loaded } = opened.value;
    if (rule === 'keyring' && loaded.config.storage === 'file') {
      return failed(problem('USAGE', FILE_CONFIGURED, `Change it in ${parts.home.configFile}.`));
    }
    const passphrases = await unlockToChange(parts, vault);
    if (!passphrases.ok) return passphrases;
    // Unlocking may have finished a change that was interrupted.
    if ((unlockRuleOf(vault) === 'both') === (rule === 'both')) {
      return ok({ rule: unlockRuleOf(vault), isChanged: false, recoveryCode: undefined });
    }
    const changed = await changeUnlockRule(parts, vault, { rule, ...passphrases.value });
    if (!changed.ok) return changed;
    const recorded = await recordSlot(parts, vault, 'vault.slot.change');
    return recorded.ok ? ok({ rule, isChanged: true, recoveryCode: changed.value }) : recorded;
  });
}

export const FILE_CONFIGURED =
  'The setting "storage" is "file", so a vault in the keyring wouldn\'t open.';

async function unlockToChange(
  parts: RekeyParts,
  vault: Vault,
): Promise<Result<Pick<RuleChange, 'passphrase' | 'newPassphrase'>, Problem>> {
  if (vault.storage === 'keyring') return await unlockByKeyring(parts, vault);
  const unlocked = await unlockByPassphrase(parts, vault);
  if (!unlocked.ok) return unlocked;
  const { passphrase, recovered } = unlocked.value;
  if (recovered?.outcome === 'in-force') {
    const confirmed = await confirmByNewProcess(parts, vault, passphrase);
    if (!confirmed.ok) return confirmed;
  }
  return ok({ passphrase, newPassphrase: undefined });
}

async function unlockByKeyring(
  parts: RekeyParts,
  vault: Vault,
): Promise<Result<Pick<RuleChange, 'passphrase' | 'newPassphrase'>, Problem>> {
  const { frontEnd } = parts;
  const unlocked = await unlockAndRecord(parts, vault, { way: { with: 'keyring' } });
  if (!unlocked.ok) return unlocked;
  if (unlocked.value?.outcome === 'in-force') {
    const confirmed = await confirmByNewProcess(parts, vault, undefined);
    if (!confirmed.ok) return confirmed;
  }
  if (hasPassphrase(vault)) {
    const found = await frontEnd.askPresentPassphrase(
      'The vault also has a passphrase, which will be needed together with the keyring.',
    );
    return found.ok ? ok({ passphrase: found.value, newPassphrase: undefined }) : found;
  }
  const chosen = await frontEnd.askNewPassphrase();
  return chosen.ok ? ok({ passphrase: undefined, newPassphrase: chosen.value }) : chosen;
}
