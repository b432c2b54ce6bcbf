import type { Program } from './find-program.ts';
import type { Environment } from './child-environment.ts';

/** Whether this system can put the command in the place of this process (execve(2)). */
export function canReplaceProcess(): boolean {
  return process.execve !== undefined && process.platform !== 'win32';
}

/**
 * Puts the program in the place of this process: same process id, same terminal, and nothing of ours
 * stays in memory. Does not return.
 */
export function replaceProcess(program: Program, environment: Environment): never {
  // Node ignores SIGPIPE, and what is ignored stays so for the program, which would then not end
  // when its reader does. What is handled goes back to the default.
  process.on('SIGPIPE', () => undefined);
  return execve(program, environment);
}

function execve({ path, argv0, parameters }: Program, environment: Environment): never {
  if (process.execve === undefined) throw new TypeError('there is no execve on this system');
  return process.execve(path, [argv0, ...parameters], environment);
}
