import type { JsonObject } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeVaultFailure, type KeyringProbe } from '@postern/vault';
import { inspectStatus, type Finding, type ProcessStatus } from '@postern/app';
import { openParts, orFail, report, type CommandContext } from './context.ts';

/**
 * `postern status`: the vault, the keyring and the running process, without unlocking or changing
 * anything.
 */
export async function status(context: CommandContext): Promise<void> {
  const inspected = orFail(await inspectStatus(openParts(context)));
  const { state, storage, storageMode, rolledBack, unfinished, keyring, running, agent } =
    inspected;
  const value = {
    version: context.version,
    vault: state,
    storage: storage ?? null,
    storageMode,
    slots: inspected.slots.map(({ kind }) => kind),
    rolledBack: rolledBack ?? null,
    unfinished: unfinished ?? null,
    keyring: keyringValue(keyring),
    running: running.status,
    agent: agent.status,
    config: context.home.configFile,
    data: context.home.dataDir,
  };
  report(context, value, [
    `Vault     ${vaultLine(state, storage)}`,
    `Slots     ${value.slots.length === 0 ? 'none' : value.slots.join(', ')}`,
    ...findingLines('Files     ', rolledBack),
    ...findingLines('Left      ', unfinished),
    `Keyring   ${keyringLine(keyring)}`,
    `Running   ${runningLine(running)}`,
    ...agentLines(agent),
    `Config    ${context.home.configFile}`,
    `Data      ${context.home.dataDir}`,
  ]);
}

function vaultLine(state: string, storage: string | undefined): string {
  if (state === 'absent') return 'none yet (create one: postern up, or postern secret set NAME)';
  return `${storage ?? 'unknown'} storage, ${state}`;
}

function findingLines(label: string, finding: Finding | undefined): readonly string[] {
  if (finding === undefined) return [];
  const { message, fix = '' } = finding;
  return [`${label}${message} Fix: ${fix}`];
}

function keyringValue(keyring: KeyringProbe): JsonObject {
  if (keyring.available) return { available: true };
  const { code, message } = describeVaultFailure(keyring.failure);
  return { available: false, code, message };
}

function keyringLine(keyring: KeyringProbe): string {
  if (keyring.available) return 'works';
  return failureLine(describeVaultFailure(keyring.failure));
}

function failureLine({ message, remedy }: Pick<Problem, 'message' | 'remedy'>): string {
  return `${message} ${remedy}`;
}

function agentLines({ status, problem }: ProcessStatus): readonly string[] {
  if (problem !== undefined) return [`Agent     ${failureLine(problem)}`];
  if (status === null) return [];
  const pid = JSON.stringify(status['pid']);
  return [`Agent     has the vault unlocked (pid ${pid}; lock it: postern vault lock)`];
}

function runningLine({ status: running, problem }: ProcessStatus): string {
  if (problem !== undefined) return failureLine(problem);
  if (running === null) return 'no (start it: postern up)';
  const { address, pid, unlocked } = running;
  const state = unlocked === true ? 'unlocked' : 'locked';
  return `${JSON.stringify(address)} (pid ${JSON.stringify(pid)}, ${state})`.replaceAll('"', '');
}
