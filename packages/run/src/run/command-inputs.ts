import type { FileHandle } from 'node:fs/promises';
import { ok, revealSecret, type Result } from '@postern/kernel';
import { childEnvironment, type Environment } from './child-environment.ts';
import type { ResolvedRun } from './plan-run.ts';
import type { RunFailure } from './run-failure.ts';

/** Everything that the command gets. Only this file reveals the values of a run. */
export interface CommandInputs {
  readonly environment: Environment;
  /** The content of its standard input; undefined means that it inherits ours. */
  readonly input: Uint8Array | undefined;
  /** Its descriptors from 3 on: bytes through a pipe, or an open file. */
  readonly descriptors: readonly (Uint8Array | FileHandle)[];
}

export interface InputOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isClean: boolean;
  /** Directories for files in memory: `$XDG_RUNTIME_DIR`, `/dev/shm`. */
  readonly memoryDirectories: readonly string[];
}

const FIRST_DESCRIPTOR = 3;

export async function prepareInputs(
  run: ResolvedRun,
  options: InputOptions,
): Promise<Result<CommandInputs, RunFailure>> {
  const texts = run.texts.map(({ name, text }) => [name, text] as const);
  const bytes = run.secrets.map(({ value }) => Buffer.from(revealSecret(value)));
  const named = (prefix: string): (readonly [string, string])[] =>
    run.secrets.map(({ name }, at) => [name, `${prefix}${FIRST_DESCRIPTOR + at}`]);
  const environment = (added: readonly (readonly [string, string])[]): Environment =>
    childEnvironment(options.environment, options.isClean, [...texts, ...added]);
  switch (run.via) {
    case 'env': {
      const values = run.secrets.map(({ name, value }) => [name, revealSecret(value)] as const);
      return ok({ environment: environment(values), input: undefined, descriptors: [] });
    }
    case 'stdin':
      return ok({ environment: environment([]), input: bytes[0], descriptors: [] });
    case 'fd':
      return ok({ environment: environment(named('')), input: undefined, descriptors: bytes });
    case 'file': {
      const files = await openAll(bytes, options.memoryDirectories);
      if (!files.ok) return files;
      const names = named('/proc/self/fd/');
      return ok({ environment: environment(names), input: undefined, descriptors: files.value });
    }
  }
}

async function openAll(
  contents: readonly Uint8Array[],
  directories: readonly string[],
): Promise<Result<readonly FileHandle[], RunFailure>> {
  const { openMemoryFile } = await import('./memory-file.ts');
  const files: FileHandle[] = [];
  for (const content of contents) {
    const file = await openMemoryFile(content, directories);
    if (!file.ok) {
      await Promise.all(files.map((opened) => opened.close()));
      return file;
    }
    files.push(file.value);
  }
  return ok(files);
}
