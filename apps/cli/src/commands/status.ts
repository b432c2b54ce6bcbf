import { isJsonObject, type JsonObject } from '@postern/kernel';
import { describeVaultFailure } from '@postern/vault';
import { askRunning } from '../instance/ask-running.ts';
import { controlAddress } from '../instance/control-address.ts';
import { findVault, report, type CommandContext } from './context.ts';

/** `postern status`: the vault, the keyring and the running process, without unlocking anything. */
export async function status(context: CommandContext): Promise<void> {
  const { vault, loaded, probe } = await findVault(context);
  const keyring = await probe();
  const answer = await askRunning(controlAddress(context.home), 'GET', '/status');
  const running = answer?.body;
  const keyringFailure = keyring.available ? undefined : describeVaultFailure(keyring.failure);
  const value = {
    version: context.version,
    vault: vault.state,
    storage: vault.storage ?? null,
    storageMode: context.storage ?? loaded.config.storage,
    slots: vault.slots.map(({ kind }) => kind),
    keyring: keyring.available
      ? { available: true }
      : { available: false, code: keyringFailure?.code, message: keyringFailure?.message },
    running: isJsonObject(running) ? running : null,
    config: context.home.configFile,
    data: context.home.dataDir,
  };
  report(context, value, [
    `Vault     ${vaultLine(vault.state, vault.storage)}`,
    `Slots     ${value.slots.length === 0 ? 'none' : value.slots.join(', ')}`,
    `Keyring   ${keyringFailure === undefined ? 'works' : `${keyringFailure.message} ${keyringFailure.remedy}`}`,
    `Running   ${isJsonObject(running) ? runningLine(running) : 'no (start it: postern up)'}`,
    `Config    ${context.home.configFile}`,
    `Data      ${context.home.dataDir}`,
  ]);
}

function vaultLine(state: string, storage: string | undefined): string {
  if (state === 'absent') return 'none yet (postern up, or postern secret set NAME)';
  return `${storage ?? 'unknown'} storage, ${state}`;
}

function runningLine(running: JsonObject): string {
  const { address, pid, unlocked } = running;
  const state = unlocked === true ? 'unlocked' : 'locked';
  return `${JSON.stringify(address)} (pid ${JSON.stringify(pid)}, ${state})`.replaceAll('"', '');
}
