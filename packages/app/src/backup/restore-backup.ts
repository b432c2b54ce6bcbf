import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_DIRECTORY } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type BackupContents, type Problem, type RestoreReport } from '@postern/protocol';
import { describeVaultFailure, type OpenBackup, type Vault } from '@postern/vault';
import { whileAlone } from '../instance/alone.ts';
import { DATABASE_LABELS } from '../stores/vault-databases.ts';
import type { OpenParts } from '../vault/front-end.ts';
import { open, recordCreated, type HomeVault } from '../vault/home-vault.ts';
import { chooseForNewVault, type NewVaultChoice } from '../vault/new-vault-choice.ts';
import { unlockAndRecord } from '../vault/unlock-and-record.ts';
import { contentsOf } from './backup-contents.ts';
import {
  discardStaged,
  isBeforeRestore,
  nameBeforeRestore,
  restoredDirectory,
  savedDirectory,
  type PartName,
} from './backup-places.ts';
import { describeBackupFailure } from './extract-backup.ts';
import { recordDone, writeBackup } from './make-backup.ts';
import { keepReplaced, placeRestored, removePlaced } from './place-restored.ts';
import { stageRestore, type StagePlace } from './stage-restore.ts';

export type RestoreStep = 'saving' | 'reading' | 'replacing';

type OnProgress = (step: RestoreStep, doneBytes: number, allBytes: number) => void;

export interface RestoreParts extends OpenParts {
  /** An absolute path. */
  readonly file: string;
  readonly askBackupPassphrase: () => Promise<Result<Secret, Problem>>;
  /** Whether everything in this home may be replaced by this; a failure if not. */
  readonly agreeToReplace: (contents: BackupContents) => Promise<Result<undefined, Problem>>;
  readonly onProgress?: OnProgress;
}

/**
 * Replaces the home's secrets, chats, gateway keys and settings with those of a backup, after saving them to another
 * backup; or creates a vault from it. Nothing is changed before all of the backup was read and checked.
 */
export async function restoreBackup(parts: RestoreParts): Promise<Result<RestoreReport, Problem>> {
  return await whileAlone(parts.home, async () => {
    const found = await open(parts);
    if (!found.ok) return found;
    const { vault } = found.value;
    const passphrase = await parts.askBackupPassphrase();
    if (!passphrase.ok) return passphrase;
    const backup = await vault.openBackup({ file: parts.file, passphrase: passphrase.value });
    if (!backup.ok) return failed(describeBackupFailure(backup.failure));
    const contents = contentsOf(backup.value, vault);
    if (!contents.ok) return contents;
    if (vault.state === 'absent') return await createHere(parts, found.value, backup.value);
    const agreed = await parts.agreeToReplace(contents.value);
    if (!agreed.ok) return agreed;
    const unlocked = await unlockAndRecord(parts, vault);
    if (!unlocked.ok) return unlocked;
    return await restoreInto(parts, vault, backup.value, passphrase.value);
  });
}

async function createHere(
  parts: RestoreParts,
  opened: HomeVault,
  backup: OpenBackup,
): Promise<Result<RestoreReport, Problem>> {
  const choice = await chooseForNewVault(opened, parts.frontEnd);
  if (!choice.ok) return choice;
  const created = await createFromBackup(parts, opened.vault, backup, choice.value);
  if (!created.ok) return created;
  parts.frontEnd.onRecoveryCode(created.value.recoveryCode);
  const recorded = await recordCreated(parts, opened.vault);
  if (!recorded.ok) return recorded;
  const { report } = created.value;
  const done = await recordDone(parts, opened.vault, 'vault.restore', report.secrets.length);
  return done.ok ? ok(report) : done;
}

export interface CreatedFromBackup {
  readonly report: RestoreReport;
  readonly recoveryCode: Secret;
}

export type RestorePlace = StagePlace & {
  readonly onProgress?: OnProgress;
  /** Ends it early, as long as nothing was replaced. */
  readonly signal?: AbortSignal;
};

/** Creates a vault from a backup and leaves it unlocked. Databases without a vault are kept under another name. */
export async function createFromBackup(
  place: RestorePlace,
  vault: Vault,
  backup: OpenBackup,
  choice: NewVaultChoice,
): Promise<Result<CreatedFromBackup, Problem>> {
  const contents = contentsOf(backup, vault);
  if (!contents.ok) return contents;
  const staged = await stageRestore(place, {
    backup,
    names: PARTS,
    keyFor: (purpose) => ok(backup.deriveKey(purpose)),
    onProgress: progressOf(place, 'reading'),
    signal: place.signal,
  });
  if (!staged.ok) return staged;
  // Another process may have created a vault, whose databases these mustn't replace.
  if (existsSync(join(place.home.dataDir, 'vault', 'slots.json'))) {
    discardStaged(place.home);
    return failed(problem('VAULT_EXISTS'));
  }
  // First, because without them the vault would be whole but empty after a kill; without a vault, nothing is lost.
  keepReplaced(place.home);
  const placed = placeRestored(place.home);
  if (!placed.ok) return failed(problem('STORAGE_FAILED', undefined));
  const made = await vault.createFromBackup(choice, backup);
  if (!made.ok) {
    const inBackup = DATABASE_LABELS.filter((label) =>
      backup.parts.some(({ name }) => name === label),
    );
    removePlaced(place.home, inBackup);
    return failed(describeVaultFailure(made.failure));
  }
  const kept = settingsKept(place);
  const report = { ...contents.value, isOfThisVault: true, isNew: true, savedBefore: null, kept };
  return ok({ report, recoveryCode: made.value.recoveryCode });
}

/** Restores into an unlocked vault whose databases are closed. `passphrase` is that of the backup. */
export async function restoreInto(
  place: RestorePlace,
  vault: Vault,
  backup: OpenBackup,
  passphrase: Secret,
): Promise<Result<RestoreReport, Problem>> {
  const contents = contentsOf(backup, vault);
  if (!contents.ok) return contents;
  const names = partsFor(contents.value);
  const staged = await stageRestore(place, {
    ...{ backup, names },
    keyFor: (purpose) => {
      const key = vault.deriveKey(purpose);
      return key.ok ? key : failed(describeVaultFailure(key.failure));
    },
    onProgress: progressOf(place, 'reading'),
    signal: place.signal,
  });
  if (!staged.ok) return staged;
  const saved = await savePresent(place, vault, passphrase);
  if (!saved.ok && saved.failure.code === 'DISK_FULL') return saved;
  // A backup is also restored because something is damaged, which can't be saved then.
  if (!saved.ok) keepReplaced(place.home);
  place.onProgress?.('replacing', 0, 1);
  const restored = await vault.restore(backup);
  if (!restored.ok) return failed(describeVaultFailure(restored.failure));
  if (saved.ok) removeOlder(place, saved.value);
  const recorded = await recordDone(place, vault, 'vault.restore', contents.value.secrets.length);
  if (!recorded.ok) return recorded;
  const kept = [
    ...(saved.ok ? [] : [notSaved(saved.failure)]),
    ...gatewayKept(contents.value),
    ...settingsKept(place),
  ];
  const savedBefore = saved.ok ? saved.value : null;
  return ok({ ...contents.value, isNew: false, savedBefore, kept });
}

/** Tokens of the gateway are stored as hashes, with a key that another vault doesn't have. */
function partsFor({ isOfThisVault }: BackupContents): readonly PartName[] {
  return isOfThisVault ? PARTS : PARTS.filter((name) => name !== 'gateway');
}

const PARTS: readonly PartName[] = [...DATABASE_LABELS, 'settings'];

function gatewayKept({ isOfThisVault, gatewayKeys }: BackupContents): RestoreReport['kept'] {
  if (isOfThisVault || gatewayKeys === null) return [];
  const why = 'Those of the backup belong to another vault. An empty home can get them.';
  return [{ what: 'Gateway keys and their usage', why }];
}

/** Settings that couldn't be written are still staged. */
function settingsKept({ home }: StagePlace): RestoreReport['kept'] {
  const directory = restoredDirectory(home);
  if (!existsSync(directory)) return [];
  rmSync(directory, { recursive: true, force: true });
  return [{ what: 'Settings', why: "Those of the backup can't be used here." }];
}

/** Saves what is about to be replaced, with the passphrase that the user has just typed. */
async function savePresent(
  place: RestorePlace,
  vault: Vault,
  passphrase: Secret,
): Promise<Result<string, Problem>> {
  const directory = savedDirectory(place.home);
  mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  const file = join(directory, nameBeforeRestore(place.clock.nowMs()));
  const onProgress = progressOf(place, 'saving');
  const saved = await writeBackup(
    { home: place.home, file, ...(onProgress === undefined ? {} : { onProgress }) },
    vault,
    passphrase,
  );
  return saved.ok ? ok(file) : saved;
}

function notSaved({ message }: Problem): RestoreReport['kept'][number] {
  const why = `The state before can't be saved to a backup, so they were renamed. ${message}`;
  return { what: 'The replaced databases, as NAME.db.before-restore', why };
}

function removeOlder({ home }: StagePlace, newest: string): void {
  const directory = savedDirectory(home);
  for (const name of readdirSync(directory).filter(isBeforeRestore)) {
    const path = join(directory, name);
    if (path !== newest) rmSync(path, { recursive: true, force: true });
  }
}

function progressOf(
  { onProgress }: RestorePlace,
  step: RestoreStep,
): ((doneBytes: number, allBytes: number) => void) | undefined {
  if (onProgress === undefined) return undefined;
  return (doneBytes, allBytes) => {
    onProgress(step, doneBytes, allBytes);
  };
}
