import { runIoOf, type RunIo } from '@postern/run';
import { standardError, standardOutput } from './standard-streams.ts';

/** The standard streams of this process for a command that it runs. */
export function standardRunIo(): RunIo {
  return runIoOf({ stdin: process.stdin, stdout: standardOutput(), stderr: standardError() });
}
