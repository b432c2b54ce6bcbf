import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteConversations, openSqliteLibrary } from '@postern/conversations';
import {
  checkDatabase,
  describeDatabaseFailure,
  rekeyDatabase,
  type DatabaseFailure,
} from '@postern/database';
import { flushDirectory, nodeDisk } from '@postern/disk';
import { openGatewayStore } from '@postern/gateway';
import {
  errnoOf,
  failed,
  ok,
  type Clock,
  type Randomness,
  type Result,
  type Secret,
} from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, type OpenBackup } from '@postern/vault';
import type { Home } from '../config/home.ts';
import { databasePurpose, type DatabaseLabel } from '../stores/vault-databases.ts';
import { partFile, restoredDirectory, stagingDirectory, type PartName } from './backup-places.ts';
import { emptyDirectory } from './collect-parts.ts';
import { extractBackup, type OnBytes } from './extract-backup.ts';

export interface StagePlace {
  readonly home: Home;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface StageRequest {
  readonly backup: OpenBackup;
  /** The parts that are wanted. */
  readonly names: readonly PartName[];
  /** The key that a database must have in this home. */
  readonly keyFor: (purpose: string) => Result<Secret, Problem>;
  readonly onProgress?: OnBytes | undefined;
  /** Ends the extraction early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Extracts the parts of a backup next to the home's files, checks all of them, and gives the databases this vault's
 * key. Changes nothing else. `placeRestored` then finds either everything or nothing.
 */
export async function stageRestore(
  place: StagePlace,
  request: StageRequest,
): Promise<Result<undefined, Problem>> {
  const { home } = place;
  rmSync(restoredDirectory(home), { recursive: true, force: true });
  const staging = stagingDirectory(home);
  const emptied = emptyDirectory(staging);
  if (!emptied.ok) return emptied;
  const staged = await fillStaging(place, staging, request);
  if (!staged.ok) {
    rmSync(staging, { recursive: true, force: true });
    return staged;
  }
  try {
    await flushDirectory(staging);
    renameSync(staging, restoredDirectory(home));
    await flushDirectory(home.dataDir);
    return ok();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return failed(problem('STORAGE_FAILED', `Can't write ${restoredDirectory(home)}.`));
  }
}

async function fillStaging(
  place: StagePlace,
  staging: string,
  { backup, names, keyFor, onProgress, signal }: StageRequest,
): Promise<Result<undefined, Problem>> {
  const wanted = names.filter((name) => backup.parts.some((part) => part.name === name));
  for (const name of wanted) {
    const created = await nodeDisk.createFile(join(staging, partFile(name)), new Uint8Array(0));
    if (!created.ok) return failed(describeVaultFailure(created.failure));
  }
  const extracted = await extractBackup(backup, { onProgress, signal }, async (part, piece) => {
    const name = wanted.find((each) => each === part.name);
    return name === undefined ? ok() : await nodeDisk.append(join(staging, partFile(name)), piece);
  });
  if (!extracted.ok) return extracted;
  for (const name of wanted) {
    const path = join(staging, partFile(name));
    const synced = await nodeDisk.syncFile(path);
    if (!synced.ok) return failed(describeVaultFailure(synced.failure));
    if (name === 'settings') continue;
    const key = keyFor(databasePurpose(name));
    if (!key.ok) return key;
    const ready = prepareDatabase(place, backup, name, path, key.value);
    if (!ready.ok) return failed(describeDatabaseFailure(ready.failure));
  }
  return ok();
}

/** Checks every page, brings the schema to the newest version, and encrypts it with this vault's key. */
function prepareDatabase(
  place: StagePlace,
  backup: OpenBackup,
  label: DatabaseLabel,
  path: string,
  newKey: Secret,
): Result<undefined, DatabaseFailure> {
  const key = backup.deriveKey(databasePurpose(label));
  const whole = checkDatabase({ path, key, label });
  if (!whole.ok) return whole;
  const opened = OPENERS[label](place, path, key);
  if (!opened.ok) return opened;
  return rekeyDatabase({ path, label, key, newKey });
}

/** Opens a database as the product does, and closes it again. */
const OPENERS: Readonly<
  Record<
    DatabaseLabel,
    (place: StagePlace, path: string, key: Secret) => Result<undefined, DatabaseFailure>
  >
> = {
  conversations: (place, path, key) => {
    const opened = openSqliteConversations({ ...place, path, key });
    if (!opened.ok) return opened;
    opened.value.close();
    return ok();
  },
  library: (place, path, key) => {
    const opened = openSqliteLibrary({ ...place, path, key });
    if (!opened.ok) return opened;
    opened.value.close();
    return ok();
  },
  gateway: ({ clock, randomness }, path, key) => {
    // No key is checked here, so none has to be hashed.
    const opened = openGatewayStore({ path, key, hashKey: key, clock, randomness });
    if (!opened.ok) return opened;
    return opened.value.close();
  },
};
