import { installPrograms } from './install-programs.ts';

/** Vitest calls this once before the suites that need system programs. */
export function setup(): void {
  installPrograms();
}
