import { readFileSync, realpathSync } from 'node:fs';
import { basename, sep } from 'node:path';
import type { Environment } from './child-environment.ts';
import type { Program } from './find-program.ts';

/**
 * The job control that a shell gives to a program that it starts, and that nobody gives to one that
 * is alone in its terminal: there the key for suspending does nothing, since the group of a session
 * leader is orphaned (POSIX.1-2024, 2.4.3 and tcsetpgrp). The program runs as the one job of a
 * shell. When the job stops the shell stops itself, which its parent sees; continued, it takes the
 * job to the foreground again. Its exit code is the job's.
 */
const ONE_JOB = `set -m
exec 3>&2 2>/dev/null
"$@" 2>&3 3>&-
code=$?
while kill -0 %%; do kill -STOP $$; fg >/dev/null; code=$?; done
exit $code`;

/** Shells in which a job of a script gets the terminal back; others are not trusted with it. */
const FIT_SHELLS: ReadonlySet<string> = new Set(['dash', 'busybox']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The program as a job; undefined where that cannot be had here without changing what it sees. */
export function asJob(program: Program, environment: Environment): Program | undefined {
  const shell = fitShell();
  // The shell passes on only variables whose names it knows to write.
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

function fitShell(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return ['/bin/sh', '/bin/dash'].find((path) => {
    try {
      return FIT_SHELLS.has(basename(realpathSync(path)));
    } catch {
      return false;
    }
  });
}

export interface JobState {
  readonly isStopped: boolean;
  /** The process group that its terminal's keys go to. */
  readonly foregroundGroup: number;
}

/** What the system says of a process (proc_pid_stat(5)); undefined where it is gone. */
export function jobState(pid: number): JobState | undefined {
  try {
    // The name in parentheses may hold anything, parentheses too; what follows it does not.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { isStopped: fields[0] === 'T', foregroundGroup: Number(fields[5]) };
  } catch {
    return undefined;
  }
}
