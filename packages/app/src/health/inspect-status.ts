import { isJsonObject, ok, type JsonObject, type Result } from '@postern/kernel';
import type { Config, Problem } from '@postern/protocol';
import type { KeyringProbe, SlotInfo, VaultStorage } from '@postern/vault';
import { askRunning } from '../instance/ask-running.ts';
import { agentPlace, controlPlace, type ControlPlace } from '../instance/control-address.ts';
import { openReadOnly } from '../vault/home-vault.ts';
import type { HomeVaultParts } from '../vault/home-vault-parts.ts';
import { checkNewest, checkUnfinished } from './check-unfinished.ts';
import type { Finding } from './finding.ts';

export interface ProcessStatus {
  /** What the process reports about itself; null if none is running. */
  readonly status: JsonObject | null;
  /** Why the process was found but couldn't be asked. */
  readonly problem?: Problem;
}

export interface PosternStatus {
  /** `unlocked`: in one of the two processes. */
  readonly state: 'absent' | 'locked' | 'unlocked';
  readonly storage: VaultStorage | undefined;
  /** The storage that a new vault would use. */
  readonly storageMode: Config['storage'];
  readonly slots: readonly SlotInfo[];
  readonly rolledBack: Finding | undefined;
  readonly unfinished: Finding | undefined;
  readonly keyring: KeyringProbe;
  readonly running: ProcessStatus;
  readonly agent: ProcessStatus;
}

/** The vault, the keyring and the running processes, without unlocking or changing anything. */
export async function inspectStatus(
  parts: HomeVaultParts,
): Promise<Result<PosternStatus, Problem>> {
  const opened = await openReadOnly(parts);
  if (!opened.ok) return opened;
  const { vault, loaded, probe } = opened.value;
  const rolledBack = await checkNewest(vault);
  const unfinished = await checkUnfinished(vault);
  const keyring = await probe();
  const running = await processAt(controlPlace(parts.home));
  const agent = await processAt(agentPlace(parts.home));
  const isHeld = [running, agent].some(({ status }) => status?.['unlocked'] === true);
  return ok({
    state: isHeld ? 'unlocked' : vault.state,
    storage: vault.storage,
    storageMode: parts.storage ?? loaded.config.storage,
    slots: vault.slots,
    ...{ rolledBack, unfinished, keyring, running, agent },
  });
}

async function processAt(place: ControlPlace): Promise<ProcessStatus> {
  const answer = await askRunning(place, 'GET', '/status');
  if (!answer.ok) return { status: null, problem: answer.failure };
  const body = answer.value?.body;
  return { status: isJsonObject(body) ? body : null };
}
