import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createIfMissing, moveIntoPlaceSync } from '@postern/disk';
import { errnoOf, failed, isJsonObject, ok, type JsonObject, type Result } from '@postern/kernel';
import { changeHomeConfig } from '../config/change-home-config.ts';
import type { Home } from '../config/home.ts';
import { readConfigFile } from '../config/load-config.ts';
import { DATABASE_LABELS, databasePath, type DatabaseLabel } from '../stores/vault-databases.ts';
import { partFile, restoredDirectory } from './backup-places.ts';

/** The write-ahead log of the old database must not be replayed into the new one. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** While it is there, databases that are replaced are kept. */
const KEEP_FILE = 'keep-replaced';

/** Keeps the databases that are about to be replaced, as `NAME.db.before-restore`. */
export function keepReplaced(home: Home): void {
  const directory = restoredDirectory(home);
  if (existsSync(directory)) createIfMissing(join(directory, KEEP_FILE));
}

/**
 * Moves what was staged into place. Can be repeated after an interruption: what isn't there any more is in place
 * already. Settings that can't be written stay in the directory.
 */
export function placeRestored(home: Home): Result<undefined, { readonly reason: string }> {
  const directory = restoredDirectory(home);
  if (!existsSync(directory)) return ok();
  const isKept = existsSync(join(directory, KEEP_FILE));
  try {
    for (const label of DATABASE_LABELS) {
      const staged = join(directory, partFile(label));
      if (existsSync(staged)) replaceDatabase(staged, databasePath(home.dataDir, label), isKept);
    }
    const areSettingsPlaced = placeSettings(home, join(directory, partFile('settings')));
    if (areSettingsPlaced) rmSync(directory, { recursive: true, force: true });
    return ok();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed({ reason: errno });
  }
}

/**
 * Keeps databases whose vault is gone, as `NAME.db.before-restore`, because a new vault can't open them. Returns
 * whether there were some. A restore into an empty home that was killed leaves such databases, too.
 */
export function keepWithoutVault({ dataDir }: Pick<Home, 'dataDir'>): boolean {
  const paths = DATABASE_LABELS.map((label) => databasePath(dataDir, label)).filter((path) =>
    existsSync(path),
  );
  for (const path of paths) keepDatabase(path);
  return paths.length > 0;
}

export const KEPT_WITHOUT_VAULT =
  'There were databases without a vault. They are kept as NAME.db.before-restore.';

/** Removes databases that a restore has placed, because the vault that could open them wasn't created. */
export function removePlaced(home: Home, labels: readonly DatabaseLabel[]): void {
  for (const label of labels) {
    const path = databasePath(home.dataDir, label);
    for (const suffix of ['', ...COMPANIONS]) rmSync(`${path}${suffix}`, { force: true });
  }
}

function keepDatabase(path: string): void {
  const kept = `${path}.before-restore`;
  for (const suffix of COMPANIONS) {
    rmSync(`${kept}${suffix}`, { force: true });
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${kept}${suffix}`);
  }
  renameSync(path, kept);
}

function replaceDatabase(staged: string, path: string, isKept: boolean): void {
  if (isKept && existsSync(path)) keepDatabase(path);
  for (const suffix of COMPANIONS) rmSync(`${path}${suffix}`, { force: true });
  moveIntoPlaceSync(staged, path);
}

/** False if the settings couldn't be written. */
function placeSettings(home: Home, staged: string): boolean {
  if (!existsSync(staged)) return true;
  const found = readConfigFile(staged);
  if (!found.ok || !isJsonObject(found.value)) return false;
  const present = readConfigFile(home.configFile);
  if (!present.ok || !isJsonObject(present.value)) return false;
  const settings = withLocalSettings(found.value, present.value);
  return changeHomeConfig(home, () => settings).ok;
}

/** What names ports, files or programs of one machine isn't taken from another one. */
function withLocalSettings(restored: JsonObject, present: JsonObject): JsonObject {
  const gateway = withMembersOf(membersOf(restored), membersOf(present), LOCAL_OF_GATEWAY);
  const isEmpty = Object.keys(gateway).length === 0;
  const others = withMembersOf(restored, present, LOCAL);
  return withMembersOf(others, isEmpty ? {} : { gateway }, ['gateway']);
}

const LOCAL = ['storage', 'port', 'audit'];
const LOCAL_OF_GATEWAY = ['listen', 'prices', 'metrics'];

function membersOf({ gateway }: JsonObject): JsonObject {
  return isJsonObject(gateway) ? gateway : {};
}

/** The same, but with these members as in another object. */
function withMembersOf(object: JsonObject, from: JsonObject, names: readonly string[]): JsonObject {
  const rest = Object.entries(object).filter(([name]) => !names.includes(name));
  const taken = Object.entries(from).filter(([name]) => names.includes(name));
  return Object.fromEntries([...rest, ...taken]);
}
