export { diskFailureOf, type DiskFailure } from './disk-failure.ts';
export type { Disk, LogDisk } from './disk.ts';
export { eraseFile, type ErasedFile, type EraseFailure } from './erase-file.ts';
export { createIfMissing, flushDirectory } from './file-access.ts';
export {
  fileLock,
  prepareLock,
  takeLock,
  type FileLock,
  type HeldLock,
  type LockFailure,
} from './file-lock.ts';
export { nodeDisk } from './node-disk.ts';
export { nodeLogDisk } from './node-log-disk.ts';
export {
  unsafeAncestor,
  isOwn,
  isPrivate,
  isPrivateDirectory,
  isTrustedLink,
  OTHERS,
  OTHERS_WRITE,
  PRIVATE_DIRECTORY,
  PRIVATE_FILE,
} from './ownership.ts';
export {
  fillAtomically,
  moveIntoPlaceSync,
  removeTemporaries,
  replaceSteps,
  runSteps,
  TEMPORARY,
  writeAtomically,
  writeAtomicallySync,
  type Step,
} from './write-atomically.ts';
export { writePrivateFile, type WriteFailure } from './write-private-file.ts';
