import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type EraseReport, type Problem } from '@postern/protocol';
import {
  checkStorage,
  chooseStorage,
  describeVaultFailure,
  openVault,
  probeKeyring,
  type KeyringProbe,
  type Vault,
  type VaultFailure,
  type VaultStorage,
} from '@postern/vault';
import { prepareHome } from '../config/home.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import { describeConfigFailure, describeHomeFailure } from '../failure/describe-home.ts';
import { recordEvents } from '../audit/audit.ts';
import { finishErase } from '../erase/erase-everything.ts';
import { isBeingErased } from '../erase/erase-marker.ts';
import { vaultPlace, type HomeVaultParts } from './home-vault-parts.ts';
import { localVault } from './open-vault.ts';

/*
 * How a front end accesses a vault: `connect` (instance/connect.ts) to the process that has it
 * unlocked, or `open` and `unlock` it here; `openReadOnly` only reads, and `create` creates a new
 * vault.
 */

/** The vault of a home with its configuration: absent or locked when it is opened. */
export interface HomeVault {
  readonly vault: Vault;
  readonly loaded: LoadedConfig;
  /** Tests whether the keyring works by using it; takes some milliseconds. */
  readonly probe: () => Promise<KeyringProbe>;
  /** What was erased because another process had begun to erase the home and was killed. */
  readonly erased: EraseReport | undefined;
  /** The storage for a new vault: what is requested and works. */
  readonly storageForNew: () => Promise<Result<VaultStorage, Problem>>;
}

/** Creates the missing directories of the home, and recovers after a killed process. */
export async function open(parts: HomeVaultParts): Promise<Result<HomeVault, Problem>> {
  const prepared = prepareHome(parts.home);
  if (!prepared.ok) return failed(describeHomeFailure(prepared.failure));
  const finished = await finishErase(parts);
  if (!finished.ok) return finished;
  const opened = await openFiles(parts, false);
  return opened.ok ? ok({ ...opened.value, erased: finished.value }) : opened;
}

/**
 * The same without creating or changing anything: the leftovers of a killed process stay, and
 * unlocking fails if it would have to recover them.
 */
export async function openReadOnly(parts: HomeVaultParts): Promise<Result<HomeVault, Problem>> {
  if (isBeingErased(parts.home)) return failed(problem('ERASE_UNFINISHED'));
  const opened = await openFiles(parts, true);
  return opened.ok ? ok({ ...opened.value, erased: undefined }) : opened;
}

async function openFiles(
  parts: HomeVaultParts,
  isReadOnly: boolean,
): Promise<Result<Omit<HomeVault, 'erased'>, Problem>> {
  const { home, randomness, keyring, storage } = parts;
  const loaded = parts.loaded ? ok(parts.loaded) : loadConfig(home.configFile, home.variables);
  if (!loaded.ok) return failed(describeConfigFailure(loaded.failure));
  const opened = await openVault({ ...vaultPlace(parts), isReadOnly });
  if (!opened.ok) return failed(describeVaultFailure(opened.failure));
  const vault = opened.value;
  const mode = storage ?? loaded.value.config.storage;
  // With `keyring`, nothing may open without the keyring; if both are required, nothing does.
  const isAccepted = vault.storage === undefined || (vault.requiresBoth && mode === 'keyring');
  const checked = isAccepted ? ok() : checkStorage(mode, vault.storage);
  if (!checked.ok) return failed(describeVaultFailure(checked.failure));
  const probe = async (): Promise<KeyringProbe> => await probeKeyring(keyring, randomness);
  return ok({
    vault,
    loaded: loaded.value,
    probe,
    storageForNew: async () => {
      const chosen = chooseStorage(mode, await probe());
      return chosen.ok ? chosen : failed(describeVaultFailure(chosen.failure));
    },
  });
}

/** What the user must save, and whether the audit log accepted the record. */
export interface CreatedVault {
  readonly recoveryCode: Secret;
  readonly recorded: Result<undefined, Problem>;
}

/** Creates the vault and leaves it unlocked. Its creation is the first record of its audit log. */
export async function create(
  parts: Pick<HomeVaultParts, 'home' | 'clock'>,
  vault: Vault,
  choice: Parameters<Vault['create']>[0],
): Promise<Result<CreatedVault, VaultFailure>> {
  const created = await vault.create(choice);
  if (!created.ok) return created;
  return ok({ ...created.value, recorded: await recordCreated(parts, vault) });
}

/** For a vault that wasn't created by `create`, such as one from a backup. */
export async function recordCreated(
  parts: Pick<HomeVaultParts, 'home' | 'clock'>,
  vault: Vault,
): Promise<Result<undefined, Problem>> {
  const { id } = vault;
  if (id === undefined) return ok();
  const subject = { kind: 'vault', id } as const;
  return await recordEvents(parts, localVault(vault), [
    { action: 'vault.create', outcome: 'success', subject },
  ]);
}
