import type { Program } from './find-program.ts';
import type { Environment } from './child-environment.ts';

/** Whether this system can exec the command (execve(2)). */
export function canReplaceProcess(): boolean {
  return process.execve !== undefined && process.platform !== 'win32';
}

/**
 * Execs the program. It gets our process id and terminal, and nothing of ours stays in memory. Doesn't
 * return.
 */
export function replaceProcess(program: Program, environment: Environment): never {
  // Node ignores SIGPIPE, and the program would inherit that and not end when its reader does. A signal
  // with a handler is reset to its default.
  process.on('SIGPIPE', () => undefined);
  return execve(program, environment);
}

function execve({ path, argv0, parameters }: Program, environment: Environment): never {
  if (process.execve === undefined) throw new TypeError('there is no execve on this system');
  return process.execve(path, [argv0, ...parameters], environment);
}
