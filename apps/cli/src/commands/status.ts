import { isJsonObject, type JsonObject } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeVaultFailure, type KeyringProbe } from '@postern/vault';
import {
  agentPlace,
  askRunning,
  checkNewest,
  checkUnfinished,
  controlPlace,
  type ControlPlace,
  type Finding,
} from '@postern/app';
import { openVaultReadOnly, orFail, report, type CommandContext } from './context.ts';

/**
 * `postern status`: the vault, the keyring and the running process, without unlocking or changing
 * anything.
 */
export async function status(context: CommandContext): Promise<void> {
  const { vault, loaded, probe } = orFail(await openVaultReadOnly(context));
  const rolledBack = await checkNewest(vault);
  const unfinished = await checkUnfinished(vault);
  const keyring = await probe();
  const running = await processAt(controlPlace(context.home));
  const agent = await processAt(agentPlace(context.home));
  const holder = [running, agent].find((each) => each.status?.['unlocked'] === true);
  const state = holder === undefined ? vault.state : 'unlocked';
  const value = {
    version: context.version,
    vault: state,
    storage: vault.storage ?? null,
    storageMode: context.storage ?? loaded.config.storage,
    slots: vault.slots.map(({ kind }) => kind),
    rolledBack: rolledBack ?? null,
    unfinished: unfinished ?? null,
    keyring: keyringValue(keyring),
    running: running.status,
    agent: agent.status,
    config: context.home.configFile,
    data: context.home.dataDir,
  };
  report(context, value, [
    `Vault     ${vaultLine(state, vault.storage)}`,
    `Slots     ${value.slots.length === 0 ? 'none' : value.slots.join(', ')}`,
    ...findingLines('Files     ', rolledBack),
    ...findingLines('Left      ', unfinished),
    `Keyring   ${keyringLine(keyring)}`,
    `Running   ${running.problem ?? runningLine(running.status)}`,
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

interface ProcessStatus {
  /** What it says of itself; null where there is none. */
  readonly status: JsonObject | null;
  /** Why what is there was not asked. */
  readonly problem?: string;
}

async function processAt(place: ControlPlace): Promise<ProcessStatus> {
  const answer = await askRunning(place, 'GET', '/status');
  if (!answer.ok) return { status: null, problem: failureLine(answer.failure) };
  const body = answer.value?.body;
  return { status: isJsonObject(body) ? body : null };
}

function agentLines({ status, problem }: ProcessStatus): readonly string[] {
  if (problem !== undefined) return [`Agent     ${problem}`];
  if (status === null) return [];
  const pid = JSON.stringify(status['pid']);
  return [`Agent     has the vault unlocked (pid ${pid}; lock it: postern vault lock)`];
}

function runningLine(running: JsonObject | null): string {
  if (running === null) return 'no (start it: postern up)';
  const { address, pid, unlocked } = running;
  const state = unlocked === true ? 'unlocked' : 'locked';
  return `${JSON.stringify(address)} (pid ${JSON.stringify(pid)}, ${state})`.replaceAll('"', '');
}
