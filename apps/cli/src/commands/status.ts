import { isJsonObject, type JsonObject } from '@postern/kernel';
import { describeVaultFailure, type KeyringProbe } from '@postern/vault';
import { checkUnfinished } from '../health/check-unfinished.ts';
import type { Finding } from '../health/finding.ts';
import { askRunning } from '../instance/ask-running.ts';
import { controlAddress } from '../instance/control-address.ts';
import { lookAtVault, orFail, report, type CommandContext } from './context.ts';

/**
 * `postern status`: the vault, the keyring and the running process, without unlocking or changing
 * anything.
 */
export async function status(context: CommandContext): Promise<void> {
  const { vault, loaded, probe } = orFail(await lookAtVault(context), (failure) => failure);
  const unfinished = await checkUnfinished(vault);
  const keyring = await probe();
  const answer = await askRunning(controlAddress(context.home), 'GET', '/status');
  const running = answer?.body;
  const value = {
    version: context.version,
    vault: vault.state,
    storage: vault.storage ?? null,
    storageMode: context.storage ?? loaded.config.storage,
    slots: vault.slots.map(({ kind }) => kind),
    unfinished: unfinished ?? null,
    keyring: keyringValue(keyring),
    running: isJsonObject(running) ? running : null,
    config: context.home.configFile,
    data: context.home.dataDir,
  };
  report(context, value, [
    `Vault     ${vaultLine(vault.state, vault.storage)}`,
    `Slots     ${value.slots.length === 0 ? 'none' : value.slots.join(', ')}`,
    ...unfinishedLines(unfinished),
    `Keyring   ${keyringLine(keyring)}`,
    `Running   ${isJsonObject(running) ? runningLine(running) : 'no (start it: postern up)'}`,
    `Config    ${context.home.configFile}`,
    `Data      ${context.home.dataDir}`,
  ]);
}

function vaultLine(state: string, storage: string | undefined): string {
  if (state === 'absent') return 'none yet (postern up, or postern secret set NAME)';
  return `${storage ?? 'unknown'} storage, ${state}`;
}

function unfinishedLines(unfinished: Finding | undefined): readonly string[] {
  if (unfinished === undefined) return [];
  const { message, fix = '' } = unfinished;
  return [`Left      ${message} Fix: ${fix}`];
}

function keyringValue(keyring: KeyringProbe): JsonObject {
  if (keyring.available) return { available: true };
  const { code, message } = describeVaultFailure(keyring.failure);
  return { available: false, code, message };
}

function keyringLine(keyring: KeyringProbe): string {
  if (keyring.available) return 'works';
  const { message, remedy } = describeVaultFailure(keyring.failure);
  return `${message} ${remedy}`;
}

function runningLine(running: JsonObject): string {
  const { address, pid, unlocked } = running;
  const state = unlocked === true ? 'unlocked' : 'locked';
  return `${JSON.stringify(address)} (pid ${JSON.stringify(pid)}, ${state})`.replaceAll('"', '');
}
