import { spawn, type ChildProcess } from 'node:child_process';
import { revealSecret, type Secret } from '@postern/kernel';
import type { CommandContext } from './context.ts';

export interface StartSelfOptions {
  readonly parameters: readonly string[];
  /** Passed through a pipe, not as an argument or in the environment. */
  readonly passphrase: Secret | undefined;
  /**
   * `background`: keeps running after this process and prints nothing. `child`: its standard error
   * is shown.
   */
  readonly as: 'background' | 'child';
}

/** Starts another command of this program with the same home. */
export function startSelf(
  context: CommandContext,
  { parameters, passphrase, as }: StartSelfOptions,
): ChildProcess {
  const options = [
    ...(context.chosenHome === undefined ? [] : ['--home', context.chosenHome]),
    ...(context.storage === undefined ? [] : ['--storage', context.storage]),
    ...(passphrase === undefined ? [] : ['--passphrase-fd', '3']),
  ];
  const child = spawn(context.self, [...context.selfArguments, ...options, ...parameters], {
    detached: as === 'background',
    stdio: ['ignore', 'ignore', as === 'background' ? 'ignore' : 'inherit', 'pipe'],
  });
  const pipe = child.stdio[3];
  if (pipe !== null && pipe !== undefined && 'end' in pipe) {
    // The process may end without reading its input; its exit code says the rest.
    pipe.on('error', () => undefined);
    pipe.end(passphrase === undefined ? '' : `${revealSecret(passphrase)}\n`);
  }
  return child;
}
