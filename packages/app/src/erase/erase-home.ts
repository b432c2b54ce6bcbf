import { existsSync, lstatSync, realpathSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { eraseFile, flushDirectory, type EraseFailure } from '@postern/disk';
import { errnoOf, ok, type Result } from '@postern/kernel';
import type { EraseReport, EraseWhat, Problem } from '@postern/protocol';
import {
  describeVaultFailure,
  findVaultTraces,
  removeKeyringTraces,
  vaultOfBackup,
  type VaultOptions,
} from '@postern/vault';
import { vaultPlace, type HomeVaultParts } from '../vault/home-vault-parts.ts';
import { ERASE_FILE, readEraseMarker, writeEraseMarker, type EraseMarker } from './erase-marker.ts';
import { EraseTally } from './erase-tally.ts';
import { listHome, type HomeEntry } from './home-files.ts';
import { knownBackups } from './known-backups.ts';

/** What would be erased, and what wouldn't. Changes nothing. */
export async function planErase(parts: HomeVaultParts): Promise<EraseReport> {
  const tally = new EraseTally(knownBackups(parts.home.dataDir));
  const { entries, foreign } = listHome(parts.home);
  for (const { what, isDirectory, bytes } of entries) {
    if (!isDirectory) tally.erased(what, bytes);
  }
  for (const path of foreign) tally.kept(path.toString(), NOT_POSTERNS);
  const marker = await markerFor(parts);
  if (marker.usesKeyring && marker.vaultId !== null) tally.erased('keyring', 0);
  for (const path of marker.backups) await planBackup(vaultPlace(parts), marker, path, tally);
  return tally.report();
}

const NOT_POSTERNS = "Postern didn't write it, or it belongs to another user.";

/**
 * Erases a home: first what opens the vault, then the vault's entries in the keyring, known backups and every
 * file that Postern wrote. The caller makes sure that no other Postern uses the home. What fails doesn't stop the
 * rest; then the marker stays, and the next call tries again. Fails without erasing anything if that can't be noted.
 */
export async function eraseHome(
  parts: HomeVaultParts,
  { keepLocks = false }: { readonly keepLocks?: boolean } = {},
): Promise<Result<EraseReport, Problem>> {
  const { dataDir } = parts.home;
  const tally = new EraseTally(knownBackups(dataDir));
  const begun = readEraseMarker(dataDir);
  if (!begun.ok) return begun;
  const marker = begun.value ?? (await markerFor(parts));
  const { entries, foreign } = listHome(parts.home);
  for (const path of foreign) tally.kept(path.toString(), NOT_POSTERNS);
  const isKey = ({ what }: HomeEntry): boolean => what === 'keys';
  const keys = entries.filter(isKey);
  const noted = begun.value === undefined ? writeEraseMarker(dataDir, marker) : ok();
  if (!noted.ok && noted.failure.code !== 'DISK_FULL') return noted;
  eraseEntries(keys, tally);
  // The keys made room for it.
  if (!noted.ok) writeEraseMarker(dataDir, marker);
  await flushDirectory(join(dataDir, 'vault')).catch(() => undefined);
  await eraseKeyring(parts, marker, tally);
  for (const path of marker.backups) await eraseBackup(vaultPlace(parts), marker, path, tally);
  // This process may need them.
  const isInUse = ({ path, what, isDirectory }: HomeEntry): boolean =>
    path.includes('.lock') || (what === 'other' && isDirectory);
  const isMeant = (entry: HomeEntry): boolean => !isKey(entry) && !(keepLocks && isInUse(entry));
  eraseEntries(entries.filter(isMeant), tally);
  await finish(parts.home, tally);
  if (!keepLocks) removeHomeDirectories(parts.home, tally);
  return ok(tally.report());
}

async function markerFor(parts: HomeVaultParts): Promise<EraseMarker> {
  const traces = await findVaultTraces(vaultPlace(parts));
  const paths = knownBackups(parts.home.dataDir).map(({ path }) => path);
  return {
    version: 1,
    beganAtMs: parts.clock.nowMs(),
    vaultId: traces.vaultId ?? null,
    slotIds: [...traces.slotIds],
    usesKeyring: traces.usesKeyring,
    backups: paths.filter((path) => path !== null),
  };
}

function eraseEntries(entries: readonly HomeEntry[], tally: EraseTally): void {
  for (const { path, what, isDirectory } of entries) {
    if (isDirectory) removeDirectory(path, tally);
    else eraseOne(path, what, tally);
  }
}

function eraseOne(path: Buffer | string, what: EraseWhat, tally: EraseTally): void {
  const erased = eraseFile(path);
  if (!erased.ok) tally.failed(path.toString(), wordsOf(erased.failure));
  else if (erased.value !== undefined) {
    tally.erased(what, erased.value.bytes);
    if (erased.value.otherNames > 0) tally.kept(path.toString(), OTHER_NAME);
  }
}

const OTHER_NAME = 'The name is removed, but the file has another name elsewhere (a hard link).';

function wordsOf(failure: EraseFailure): string {
  return failure === 'foreign'
    ? 'It belongs to another user.'
    : `The system says ${failure.errno}.`;
}

/** A directory with other files, a mount point, or none. */
const NOT_EMPTY: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EBUSY', 'ENOENT']);

/** What isn't empty contains something that was kept, which is in the report already. */
function removeDirectory(path: Buffer | string, tally: EraseTally): void {
  try {
    rmdirSync(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (!NOT_EMPTY.has(errno)) tally.failed(path.toString(), `The system says ${errno}.`);
  }
}

async function eraseKeyring(
  { keyring }: HomeVaultParts,
  { usesKeyring, vaultId, slotIds }: EraseMarker,
  tally: EraseTally,
): Promise<void> {
  if (!usesKeyring) return;
  if (vaultId === null) {
    tally.kept('Entries of the service postern in the system keyring', UNKNOWN_VAULT);
    return;
  }
  const removed = await removeKeyringTraces(keyring, vaultId, slotIds);
  if (removed.ok) tally.erased('keyring', 0, removed.value);
  else {
    const { message, remedy } = describeVaultFailure(removed.failure);
    tally.failed("The vault's entries in the system keyring", `${message} ${remedy}`);
  }
}

const UNKNOWN_VAULT = "The vault's files don't say which of them are its own.";

async function eraseBackup(
  options: VaultOptions,
  { vaultId }: EraseMarker,
  path: string,
  tally: EraseTally,
): Promise<void> {
  const why = await whyKeepBackup(options, vaultId, path);
  if (why === undefined) eraseOne(path, 'backups', tally);
  else tally.kept(path, why);
}

async function planBackup(
  options: VaultOptions,
  { vaultId }: EraseMarker,
  path: string,
  tally: EraseTally,
): Promise<void> {
  const why = await whyKeepBackup(options, vaultId, path);
  if (why === undefined) tally.erased('backups', 0);
  else tally.kept(path, why);
}

/** Something else can be in a backup's place by now, so only a backup of this vault is erased. */
async function whyKeepBackup(
  options: VaultOptions,
  vaultId: EraseMarker['vaultId'],
  path: string,
): Promise<string | undefined> {
  const found = await vaultOfBackup(options, path);
  if (found === undefined)
    return 'There is no backup any more. If you moved it, delete it yourself.';
  return found === vaultId ? undefined : 'It is a backup of another vault.';
}

/** One of them can be inside of the other. */
function removeHomeDirectories(
  { dataDir, configDir }: HomeVaultParts['home'],
  tally: EraseTally,
): void {
  const inner = [dataDir, configDir].toSorted((a, b) => b.length - a.length);
  for (const directory of inner) removeHomeDirectory(directory, tally);
}

/** The directory, and the link to it if the user made one. */
function removeHomeDirectory(path: string, tally: EraseTally): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSymbolicLink()) removeDirectory(path, tally);
  else {
    if (existsSync(path)) removeDirectory(realpathSync(path), tally);
    if (!existsSync(path)) eraseFile(path);
  }
}

/** The marker goes when everything else is gone. */
async function finish({ dataDir }: HomeVaultParts['home'], tally: EraseTally): Promise<void> {
  await flushDirectory(dataDir).catch(() => undefined);
  if (tally.isComplete) {
    eraseFile(join(dataDir, ERASE_FILE));
    await flushDirectory(dataDir).catch(() => undefined);
  }
}
