import { readFileSync, realpathSync } from 'node:fs';
import { basename, sep } from 'node:path';
import type { Environment } from './child-environment.ts';
import type { Program } from './find-program.ts';

/**
 * A shell script that runs the program as its only job, so that Ctrl-Z works. Without a shell, the program
 * would be the session leader of its terminal, and its process group would be orphaned, so Ctrl-Z would do
 * nothing (POSIX.1-2024, 2.4.3 and tcsetpgrp). When the job stops, the shell stops too, which its parent
 * notices. When the shell continues, it brings the job to the foreground. It exits with the job's code.
 */
const ONE_JOB = `set -m
exec 3>&2 2>/dev/null
"$@" 2>&3 3>&-
code=$?
while kill -0 %%; do kill -STOP $$; fg >/dev/null; code=$?; done
exit $code`;

/** Shells in which the script is known to work: the job gets the terminal back. */
const JOB_SHELLS: ReadonlySet<string> = new Set(['dash', 'busybox']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The program as a job; undefined if no suitable shell is found or it would change the environment. */
export function asJob(program: Program, environment: Environment): Program | undefined {
  const shell = findJobShell();
  // The shell drops variables whose names aren't valid in it.
  if (shell === undefined || !Object.keys(environment).every((name) => NAME.test(name))) {
    return undefined;
  }
  const path = program.path.includes(sep) ? program.path : `./${program.path}`;
  return {
    path: shell,
    argv0: 'sh',
    parameters: ['-c', ONE_JOB, 'sh', path, ...program.parameters],
  };
}

function findJobShell(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return ['/bin/sh', '/bin/dash'].find((path) => {
    try {
      return JOB_SHELLS.has(basename(realpathSync(path)));
    } catch {
      return false;
    }
  });
}

export interface JobState {
  readonly isStopped: boolean;
  /** The process group that gets the keys of the terminal. */
  readonly foregroundGroup: number;
}

/** The state of a process from proc_pid_stat(5); undefined if it has ended. */
export function jobState(pid: number): JobState | undefined {
  try {
    // The name in parentheses can contain anything, including parentheses. The rest can't.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { isStopped: fields[0] === 'T', foregroundGroup: Number(fields[5]) };
  } catch {
    return undefined;
  }
}
