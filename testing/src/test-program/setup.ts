import { runProgram } from '../run-program.ts';
import { POSTERN_LAUNCHER } from '../postern-process.ts';
import { testProgram } from './test-program.ts';

/** Builds both programs before the suites start any of them. */
export async function setup(): Promise<void> {
  testProgram();
  const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
  await runProgram(process.execPath, ['--', POSTERN_LAUNCHER, '--version'], { environment });
}
