import { eraseSecret, type Result, type Secret } from '@postern/kernel';
import { type AuditEvent, problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, type UnlockMethod, type Vault } from '@postern/vault';
import {
  auditedLocalVault,
  connect,
  holderPlaces,
  machineId,
  open,
  openReadOnly,
  recordEvents,
  recordUnlocked,
  recoveredLine,
  systemKeyring,
  unlock,
  type HomeVault,
  type InspectionParts,
  type OpenVault,
  type RecoveredRekey,
} from '@postern/app';
import { asksForPassphrase, findPassphrase, givenPassphrase } from '../terminal/passphrase.ts';
import { endWith, fail, openHome, orFail, report, type CommandContext } from './command-context.ts';

// What a command needs before it has a vault.
export { endWith, fail, openHome, orFail, report, type CommandContext };

/** The vault of the home as it is: absent or locked. */
export async function openVault(context: CommandContext): Promise<HomeVault> {
  return orFail(await open(homeVaultParts(context)));
}

/** The same where there must be one. */
export async function openExistingVault(context: CommandContext): Promise<HomeVault> {
  const opened = await openVault(context);
  if (opened.vault.state === 'absent') fail(problem('VAULT_NOT_SET_UP'));
  return opened;
}

/** The vault to look at: nothing is made or changed. */
export async function openVaultReadOnly(
  context: CommandContext,
): Promise<Result<HomeVault, Problem>> {
  return await openReadOnly(homeVaultParts(context));
}

/** For looking at everything without asking anybody. */
export function inspectionParts(context: CommandContext): InspectionParts {
  return {
    ...homeVaultParts(context),
    places: context.environment,
    givenPassphrase: () => givenPassphrase(context),
  };
}

function homeVaultParts(context: CommandContext): Parameters<typeof open>[0] {
  return { ...context, keyring: systemKeyring(context.environment), machineId: machineId() };
}

/** What is in the vault: through the process that has it open, else unlocked here. */
export async function connectOrUnlock(context: CommandContext): Promise<OpenVault> {
  const running = orFail(await connect(holderPlaces(context.home)));
  return running ?? (await openUnlocked(context));
}

/** What is in the vault, unlocked here: by its passphrase where the keyring does not unlock it. */
export async function openUnlocked(context: CommandContext): Promise<OpenVault> {
  const { vault } = await openExistingVault(context);
  await unlockVault(context, vault);
  return orFail(await auditedLocalVault(context, vault));
}

export interface UnlockOptions {
  /** Default: by the keyring where that is the storage, else by a passphrase. */
  readonly way?: UnlockMethod;
  /** Does not say that a change of the data key was recovered. */
  readonly isSilent?: boolean;
}

/** Unlocks the vault; what became of a change of the data key that was cut off. */
export async function unlockVault(
  context: CommandContext,
  vault: Vault,
  { way, isSilent = false }: UnlockOptions = {},
): Promise<RecoveredRekey | undefined> {
  const chosen = way ?? (vault.storage === 'keyring' ? ({ with: 'keyring' } as const) : undefined);
  if (chosen === undefined) {
    const { passphrase, recovered } = await unlockByPassphrase(context, vault, { isSilent });
    eraseSecret(passphrase);
    return recovered;
  }
  const recovered = orFail(await unlock(vault, chosen), describeVaultFailure);
  await afterUnlock(context, vault, recovered, isSilent);
  return recovered;
}

/** How often a person may mistype the passphrase before the command ends. */
const ATTEMPTS = 3;

export interface UnlockedByPassphrase {
  readonly passphrase: Secret;
  readonly recovered: RecoveredRekey | undefined;
}

/** Unlocks by the passphrase, and gives it back: tried once where it was given, and typed up to three times. */
export async function unlockByPassphrase(
  context: CommandContext,
  vault: Vault,
  { question = 'Passphrase: ', isSilent = false } = {},
): Promise<UnlockedByPassphrase> {
  const attempts = asksForPassphrase(context) ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    const passphrase = orFail(await findPassphrase(context, question));
    const unlocked = await unlock(vault, { with: 'passphrase', passphrase });
    if (unlocked.ok) {
      await afterUnlock(context, vault, unlocked.value, isSilent);
      return { passphrase, recovered: unlocked.value };
    }
    if (unlocked.failure.reason !== 'wrong-passphrase' || attempt === attempts) {
      fail(describeVaultFailure(unlocked.failure));
    }
    eraseSecret(passphrase);
    context.terminal.note('Wrong passphrase. Try again.');
  }
}

async function afterUnlock(
  context: CommandContext,
  vault: Vault,
  recovered: RecoveredRekey | undefined,
  isSilent: boolean,
): Promise<void> {
  const recorded = await recordUnlocked(context, vault, recovered);
  if (context.isForLog !== true) orFail(recorded);
  if (!isSilent) sayRecovered(context, recovered);
}

/** Says what became of a change of the data key that was cut off, where one was. */
export function sayRecovered(
  { terminal }: CommandContext,
  recovered: RecoveredRekey | undefined,
): void {
  if (recovered !== undefined) terminal.note(`postern: ${recoveredLine(recovered)}`);
}

/** Writes what a command did to the audit log. */
export async function recordEvent(
  context: CommandContext,
  vault: OpenVault,
  event: AuditEvent,
): Promise<void> {
  orFail(await recordEvents(context, vault, [event]));
}
