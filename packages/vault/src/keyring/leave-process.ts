import type { OsKeyring } from './os-keyring.ts';

/**
 * Ends the process with an exit code, also while a keyring still waits for the person. Node joins its
 * threads when it exits and would wait along, for as long as the prompt is open; replacing the
 * process image (execve(2)) does not. Output must have been flushed.
 */
export function leaveProcess(keyring: OsKeyring, exitCode: number): never {
  if (keyring.isWaiting && process.execve !== undefined) {
    process.execve('/bin/sh', ['sh', '-c', `exit ${String(exitCode)}`], {});
  }
  process.exit(exitCode);
}
