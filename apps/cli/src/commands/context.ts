import { join } from 'node:path';
import { eraseSecret, failed, ok, type Result, type Secret } from '@postern/kernel';
import { type AuditEvent, problem, type Problem } from '@postern/protocol';
import {
  checkStorage,
  chooseStorage,
  describeVaultFailure,
  openVault,
  probeKeyring,
  type KeyringProbe,
  type UnlockWay,
  type Vault,
} from '@postern/vault';
import {
  ANCHOR_MS,
  auditedVault,
  describeConfigFailure,
  findHeldVault,
  holderPlaces,
  loadConfig,
  machineId,
  openAudit,
  openVaultHere,
  record,
  settledLine,
  systemKeyring,
  type LoadedConfig,
  type OpenVault,
  type SettledRekey,
  unlockAndSettle,
  vaultDatabases,
} from '@postern/app';
import { asksForPassphrase, findPassphrase } from '../terminal/passphrase.ts';
import { endWith, fail, openHome, orFail, report, type CommandContext } from './command-context.ts';

// What a command needs before it has a vault.
export { endWith, fail, openHome, orFail, report, type CommandContext };

export interface FoundVault {
  readonly vault: Vault;
  readonly loaded: LoadedConfig;
  /** Finds out by doing whether the keyring works; takes some milliseconds. */
  readonly probe: () => Promise<KeyringProbe>;
}

/** The vault of the home as it is found: absent or locked. */
export async function findVault(context: CommandContext): Promise<FoundVault> {
  const found = await lookForVault(context, openHome(context), false);
  return orFail(found);
}

/**
 * The same without making or changing anything: no directories are made, and what a killed process
 * left stays as it is; where unlocking would complete that, it fails.
 */
export async function lookAtVault(context: CommandContext): Promise<Result<FoundVault, Problem>> {
  const loaded = loadConfig(context.home.configFile);
  return loaded.ok
    ? await lookForVault(context, loaded.value, true)
    : failed(describeConfigFailure(loaded.failure));
}

async function lookForVault(
  context: CommandContext,
  loaded: LoadedConfig,
  isLooking: boolean,
): Promise<Result<FoundVault, Problem>> {
  const keyring = systemKeyring(context.environment);
  const opened = await openVault({
    dataDir: join(context.home.dataDir, 'vault'),
    machineId: machineId(),
    clock: context.clock,
    randomness: context.randomness,
    kdfCosts: context.kdfCosts,
    keyring,
    databases: vaultDatabases(context.home.dataDir),
    isLooking,
  });
  if (!opened.ok) return failed(describeVaultFailure(opened.failure));
  const vault = opened.value;
  const mode = context.storage ?? loaded.config.storage;
  const checked = vault.storage === undefined ? ok() : checkStorage(mode, vault.storage);
  if (!checked.ok) return failed(describeVaultFailure(checked.failure));
  return ok({ vault, loaded, probe: async () => await probeKeyring(keyring, context.randomness) });
}

/** The storage for a new vault by `--storage`, the configuration and what really works. */
export async function storageFor(
  context: CommandContext,
  found: FoundVault,
): Promise<'keyring' | 'file'> {
  const mode = context.storage ?? found.loaded.config.storage;
  return orFail(chooseStorage(mode, await found.probe()), describeVaultFailure);
}

/**
 * The open vault: the one that a running process holds, else unlocked here, asking for the
 * passphrase where the keyring does not open it.
 */
export async function openedVault(context: CommandContext): Promise<OpenVault> {
  const held = orFail(await findHeldVault(holderPlaces(context.home)));
  return held ?? (await openedHere(context));
}

/** Unlocked here, asking for the passphrase where the keyring does not open it. */
export async function openedHere(context: CommandContext): Promise<OpenVault> {
  const { vault } = await findVault(context);
  if (vault.state === 'absent') fail(problem('VAULT_NOT_SET_UP'));
  await unlockFound(context, vault);
  return await auditedHere(context, vault);
}

/** The vault that this command unlocked, each use of a secret written to the audit log. */
export async function auditedHere(context: CommandContext, vault: Vault): Promise<OpenVault> {
  // Without it the next command takes the long way too; that is all.
  await vault.keepLastingKey('audit/log');
  const open = openVaultHere(vault);
  const log = await openAudit(context.home.dataDir, open, context.clock);
  return auditedVault(open, orFail(log));
}

/** Unlocks by the keyring where that is the storage, else by a passphrase from where one is given. */
export async function unlockFound(
  context: CommandContext,
  vault: Vault,
  says: 'aloud' | 'silent' = 'aloud',
): Promise<SettledRekey | undefined> {
  if (vault.storage !== 'keyring') {
    const { passphrase, settled } = await unlockByPassphrase(context, vault, says);
    eraseSecret(passphrase);
    return settled;
  }
  const way = { with: 'keyring' } as const;
  return says === 'aloud'
    ? await unlockBy(context, vault, way)
    : await unlockSettling(context, vault, way);
}

/** How often a person may mistype the passphrase before the command ends. */
const ATTEMPTS = 3;

/** Unlocks by the passphrase, and gives it back: tried once where it was given, and typed up to three times. */
export async function unlockByPassphrase(
  context: CommandContext,
  vault: Vault,
  says: 'aloud' | 'silent' = 'aloud',
  question = 'Passphrase: ',
): Promise<{ readonly passphrase: Secret; readonly settled: SettledRekey | undefined }> {
  const attempts = asksForPassphrase(context) ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    const passphrase = orFail(await findPassphrase(context, question));
    const unlocked = await unlockAndSettle(vault, { with: 'passphrase', passphrase });
    if (unlocked.ok) {
      const settled = await tellOpened(context, vault, unlocked.value);
      if (says === 'aloud') saySettled(context, settled);
      return { passphrase, settled };
    }
    if (unlocked.failure.reason !== 'wrong-passphrase' || attempt === attempts) {
      fail(describeVaultFailure(unlocked.failure));
    }
    eraseSecret(passphrase);
    context.terminal.note('Wrong passphrase. Try again.');
  }
}

/** Says what became of a change of the data key that was cut off, where one was. */
export function saySettled({ terminal }: CommandContext, settled: SettledRekey | undefined): void {
  if (settled !== undefined) terminal.note(`postern: ${settledLine(settled)}`);
}

/** Unlocks, and says what became of a change of the data key that was cut off. */
export async function unlockBy(
  context: CommandContext,
  vault: Vault,
  way: UnlockWay,
): Promise<SettledRekey | undefined> {
  const settled = await unlockSettling(context, vault, way);
  saySettled(context, settled);
  return settled;
}

/** The same without a word, but for the audit log. */
export async function unlockSettling(
  context: CommandContext,
  vault: Vault,
  way: UnlockWay,
): Promise<SettledRekey | undefined> {
  const settled = orFail(await unlockAndSettle(vault, way), describeVaultFailure);
  return await tellOpened(context, vault, settled);
}

async function tellOpened(
  context: CommandContext,
  vault: Vault,
  settled: SettledRekey | undefined,
): Promise<SettledRekey | undefined> {
  const { id } = vault;
  if (id === undefined) return settled;
  const about = { outcome: 'success', subject: { kind: 'vault', id } } as const;
  const told = await tryToTell(context, openVaultHere(vault), [
    { action: 'vault.unlock', ...about },
    ...(settled?.outcome === 'confirmed' ? [{ action: 'vault.rekey', ...about } as const] : []),
  ]);
  if (context.isForLog !== true) orFail(told);
  return settled;
}

/** Writes what a command did to the audit log. */
export async function tell(
  context: CommandContext,
  vault: OpenVault,
  event: AuditEvent,
): Promise<void> {
  orFail(await tryToTell(context, vault, [event]));
}

/** The same as a value; events that belong together are written at once. */
export async function tryToTell(
  context: CommandContext,
  vault: OpenVault,
  events: readonly AuditEvent[],
): Promise<Result<undefined, Problem>> {
  const log = await openAudit(context.home.dataDir, vault, context.clock);
  if (!log.ok) return log;
  const written = await Promise.all(events.map((event) => record(log.value, event)));
  // A command that only looks does not write the anchor anew each time.
  const isLook = events.every(({ action }) => action === 'vault.unlock');
  await log.value.keepAnchor(isLook ? ANCHOR_MS : 0);
  await log.value.close();
  return written.find((each) => !each.ok) ?? ok();
}
