import { spawn, type ChildProcess } from 'node:child_process';
import { revealSecret, type Secret } from '@postern/kernel';
import type { CommandContext } from './context.ts';

export interface StartSelfOptions {
  readonly parameters: readonly string[];
  /** Passed through a pipe, not as an argument or in the environment. */
  readonly passphrase: Secret | undefined;
  /** Another passphrase, which the process reads from `SECOND_PASSPHRASE_FD`. */
  readonly secondPassphrase?: Secret;
  /**
   * `background`: keeps running after this process and prints nothing. `child`: its standard error
   * is shown. `followed`: its standard output is read.
   */
  readonly as: 'background' | 'child' | 'followed';
}

export const SECOND_PASSPHRASE_FD = 4;

/** Starts another command of this program with the same home. */
export function startSelf(
  context: CommandContext,
  { parameters, passphrase, secondPassphrase, as }: StartSelfOptions,
): ChildProcess {
  const options = [
    ...(context.chosenHome === undefined ? [] : ['--home', context.chosenHome]),
    ...(context.storage === undefined ? [] : ['--storage', context.storage]),
    ...(passphrase === undefined ? [] : ['--passphrase-fd', '3']),
  ];
  const child = spawn(context.self, [...context.selfArguments, ...options, ...parameters], {
    detached: as === 'background',
    stdio: [
      'ignore',
      as === 'followed' ? 'pipe' : 'ignore',
      as === 'child' ? 'inherit' : 'ignore',
      'pipe',
      ...(secondPassphrase === undefined ? [] : ['pipe' as const]),
    ],
  });
  passSecret(child, 3, passphrase);
  passSecret(child, SECOND_PASSPHRASE_FD, secondPassphrase);
  return child;
}

function passSecret(child: ChildProcess, fd: 3 | 4, secret: Secret | undefined): void {
  const pipe = child.stdio[fd];
  if (pipe === null || pipe === undefined || !('end' in pipe)) return;
  // The process may end without reading its input; its exit code says the rest.
  pipe.on('error', () => undefined);
  pipe.end(secret === undefined ? '' : `${revealSecret(secret)}\n`);
}
