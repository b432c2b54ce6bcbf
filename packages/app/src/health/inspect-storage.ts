import { existsSync } from 'node:fs';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeVaultFailure, type SlotInfo, type Vault } from '@postern/vault';
import type { UserPlaces } from '../config/home.ts';
import { connect } from '../instance/connect.ts';
import { holderPlaces } from '../instance/control-address.ts';
import { auditDirectory, recordEvents } from '../audit/audit.ts';
import { openReadOnly } from '../vault/home-vault.ts';
import type { HomeVaultParts } from '../vault/home-vault-parts.ts';
import { localVault, type OpenVault } from '../vault/open-vault.ts';
import { agesOf, checkAges, type CredentialAge } from './check-credentials.ts';
import { checkFiles } from './check-files.ts';
import { checkLeftovers, wellKnownPlaces } from './check-leftovers.ts';
import { checkNewest, checkUnfinished } from './check-unfinished.ts';
import { failing, type Finding } from './finding.ts';

export interface InspectionParts extends HomeVaultParts {
  readonly places: Pick<UserPlaces, 'home' | 'xdgConfigHome'>;
  /** The passphrase if it was passed without a prompt; undefined if not. */
  readonly givenPassphrase: () => Result<Secret, Problem> | undefined;
}

/** What is known about the storage of secrets without a prompt. */
export interface StorageInspection {
  readonly backend: 'keyring' | 'file' | null;
  /** `held`: unlocked in a running process. `unlockable`: unlocks without a prompt. */
  readonly state: 'absent' | 'locked' | 'held' | 'unlockable' | 'damaged';
  readonly slots: readonly SlotInfo[];
  /** Null while the vault is locked. */
  readonly credentials: readonly CredentialAge[] | null;
  readonly findings: readonly Finding[];
  /** The vault, if it could be opened. */
  readonly vault: OpenVault | undefined;
}

/**
 * Checks the vault, its files and other programs' leftovers. Changes nothing except the audit log.
 */
export async function inspectStorage(parts: InspectionParts): Promise<StorageInspection> {
  const around = [
    ...checkFiles(parts.home, process.getuid?.()),
    ...(await checkLeftovers(wellKnownPlaces(parts.places))),
  ];
  const found = await openReadOnly(parts);
  if (!found.ok) {
    return {
      ...NO_VAULT,
      state: 'damaged',
      findings: [failing('Vault', found.failure), ...around],
    };
  }
  const { vault } = found.value;
  if (vault.state === 'absent') {
    const absent = { about: 'Vault', level: 'ok', message: 'none yet.' } as const;
    return { ...NO_VAULT, findings: [absent, ...around] };
  }
  const noticed = [await checkNewest(vault), await checkUnfinished(vault)];
  return await inspectFound(parts, vault, [
    ...noticed.filter((finding) => finding !== undefined),
    ...around,
  ]);
}

const NO_VAULT = {
  backend: null,
  state: 'absent',
  slots: [],
  credentials: null,
  vault: undefined,
} as const;

async function inspectFound(
  parts: InspectionParts,
  vault: Vault,
  around: readonly Finding[],
): Promise<StorageInspection> {
  const { slots } = vault;
  const backend = vault.storage ?? null;
  const found = await connect(holderPlaces(parts.home));
  const held = found.ok ? found.value : undefined;
  const opened = found.ok && held === undefined ? await unlockWithoutAsking(parts, vault) : found;
  if (!opened.ok) {
    const findings = [failing('Vault', opened.failure), checkRecovery(slots), ...around];
    return { backend, state: 'locked', slots, credentials: null, findings, vault: undefined };
  }
  const open = opened.value;
  if (open === undefined) {
    const findings = [LOCKED, checkRecovery(slots), ...around];
    return { backend, state: 'locked', slots, credentials: null, findings, vault: undefined };
  }
  const infos = await open.list();
  const ages = infos.ok ? agesOf(infos.value, parts.clock.nowMs()) : null;
  const state = held === undefined ? 'unlockable' : 'held';
  const opens = { about: 'Vault', level: 'ok', message: 'it can be opened and read.' } as const;
  const findings = [
    infos.ok ? opens : failing('Vault', infos.failure),
    checkRecovery(slots),
    ...(ages === null ? [] : checkAges(ages)),
    ...around,
  ];
  return { backend, state, slots, credentials: ages, findings, vault: open };
}

const LOCKED: Finding = {
  about: 'Vault',
  level: 'warn',
  message: 'it is locked, so the age of the credentials is unknown.',
  fix: 'postern vault unlock, then run this again.',
};

function checkRecovery(slots: readonly SlotInfo[]): Finding {
  const about = 'Recovery';
  if (slots.some(({ kind }) => kind === 'recovery')) {
    return { about, level: 'ok', message: 'a recovery code is set.' };
  }
  const message = 'no recovery code is set.';
  return { about, level: 'warn', message, fix: 'postern vault recovery' };
}

/**
 * The vault as served by the process that has it unlocked, or unlocked here; undefined if there is none, or if that
 * needs a prompt.
 */
export async function openWithoutAsking(
  parts: InspectionParts,
): Promise<Result<OpenVault | undefined, Problem>> {
  const held = await connect(holderPlaces(parts.home));
  if (!held.ok || held.value !== undefined) return held;
  const found = await openReadOnly(parts);
  if (!found.ok) return found;
  const { vault } = found.value;
  return vault.state === 'absent' ? ok(undefined) : await unlockWithoutAsking(parts, vault);
}

/** The opened vault. Opening it is recorded if the log accepts records. */
async function recordUnlock(parts: InspectionParts, vault: Vault): Promise<OpenVault> {
  const open = localVault(vault);
  if (vault.id === undefined || !existsSync(auditDirectory(parts.home.dataDir))) return open;
  const subject = { kind: 'vault', id: vault.id } as const;
  await recordEvents(parts, open, [{ action: 'vault.unlock', outcome: 'success', subject }]);
  return open;
}

/**
 * Opens the vault with the keyring or a passphrase passed with the command, without recovering
 * anything.
 */
async function unlockWithoutAsking(
  parts: InspectionParts,
  vault: Vault,
): Promise<Result<OpenVault | undefined, Problem>> {
  const given = vault.storage === 'keyring' ? undefined : parts.givenPassphrase();
  if (vault.storage !== 'keyring' && given === undefined) return ok(undefined);
  if (given?.ok === false) return given;
  const unlocked = await vault.unlock(
    given === undefined ? { with: 'keyring' } : { with: 'passphrase', passphrase: given.value },
  );
  if (unlocked.ok) return ok(await recordUnlock(parts, vault));
  // Opening it now would complete the interrupted operation.
  if (unlocked.failure.reason === 'unfinished') return ok(undefined);
  return failed(describeVaultFailure(unlocked.failure));
}
