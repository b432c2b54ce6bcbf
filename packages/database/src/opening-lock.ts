import { takeLock, type LockFailure } from '@postern/disk';
import { failed, type Result } from '@postern/kernel';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';

/** Long enough for another process to finish its migrations. */
const WAIT_MS = 15_000;

/** Runs the work while no other process creates, opens, migrates or rekeys the same database. */
export function withOpeningLock<T>(
  place: DatabasePlace,
  work: () => Result<T, DatabaseFailure>,
): Result<T, DatabaseFailure> {
  const lock = takeLock(`${place.path}.lock`, WAIT_MS);
  if (!lock.ok) return failed(toDatabaseFailure(place, lock.failure));
  try {
    return work();
  } finally {
    lock.value.release();
  }
}

function toDatabaseFailure(place: DatabasePlace, failure: LockFailure): DatabaseFailure {
  const { label, path } = place;
  switch (failure.reason) {
    case 'lock-held':
      return { reason: 'busy', label, path };
    case 'lock-damaged':
      return { reason: 'damaged', label, path, damage: 'content' };
    case 'unsafe-file':
      return { reason: 'damaged', label, path, damage: 'not-a-file' };
    case 'disk-full':
      return { reason: 'disk-full', label, path };
    case 'storage-read-only':
      return { reason: 'read-only', label, path };
    case 'storage-failed':
      return { reason: 'disk-fault', label, path, systemCode: failure.errno };
  }
}
