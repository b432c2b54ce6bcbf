import { runIoOf, type RunIo } from '@postern/vault';

/** The standard streams of this process for a command that it runs. */
export function standardRunIo(): RunIo {
  const { stdin, stdout, stderr } = process;
  return runIoOf({ stdin, stdout, stderr });
}
