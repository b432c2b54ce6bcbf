import type { OsKeyring } from './os-keyring.ts';

/**
 * Exits the process even while the keyring shows a prompt. `process.exit` waits for Node's threads,
 * and one of them is blocked as long as the prompt is open. ReplaceActions the process image (execve(2))
 * doesn't wait. Flush the output first.
 */
export function exitProcess(keyring: OsKeyring, exitCode: number): never {
  if (keyring.isWaiting && process.execve !== undefined) {
    process.execve('/bin/sh', ['sh', '-c', `exit ${String(exitCode)}`], {});
  }
  process.exit(exitCode);
}
