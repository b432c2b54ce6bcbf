import type { GlobalOptions } from './make-context.ts';
import type { RunCommandOptions } from './run.ts';

/** A command line of `postern run`, read. */
export interface RunLine {
  readonly globals: GlobalOptions;
  readonly options: RunCommandOptions;
  readonly command: readonly string[];
}

const GLOBAL = {
  flags: new Set(['--json', '--verbose']),
  values: new Set(['--home', '--storage']),
};
const OF_RUN = {
  flags: new Set(['--clean-env', '--no-masking', '--allow-missing']),
  values: new Set(['--secret', '--env-file', '--via']),
};
const REPEATABLE = new Set(['--secret', '--env-file']);

/**
 * The usual command lines of `run` without Commander, whose loading takes a tenth of a bare start.
 * Undefined for every line that is not plainly one: help, a mistake, an option that is given twice
 * or written another way. Those are Commander's, and what is read here, Commander reads the same.
 */
export function readRunLine(parameters: readonly string[]): RunLine | undefined {
  const end = parameters.indexOf('--');
  const command = parameters.slice(end + 1);
  if (end === -1 || command.length === 0) return undefined;
  const given = readOptions(parameters.slice(0, end));
  return given && lineOf(given, command);
}

interface Given {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

function readOptions(words: readonly string[]): Given | undefined {
  const flags = new Set<string>();
  const values = new Map<string, readonly string[]>();
  let isRun = false;
  const takes = (kind: 'flags' | 'values', word: string): boolean =>
    GLOBAL[kind].has(word) || (isRun && OF_RUN[kind].has(word));
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === 'run' && !isRun) isRun = true;
    else if (takes('flags', word)) flags.add(word);
    else if (takes('values', word)) {
      at += 1;
      if (!addValue(values, word, words[at] ?? '-')) return undefined;
    } else return undefined;
  }
  return isRun ? { flags, values } : undefined;
}

function addValue(values: Map<string, readonly string[]>, option: string, value: string): boolean {
  const before = values.get(option) ?? [];
  values.set(option, [...before, value]);
  return !value.startsWith('-') && (before.length === 0 || REPEATABLE.has(option));
}

function lineOf({ flags, values }: Given, command: readonly string[]): RunLine | undefined {
  const [home] = values.get('--home') ?? [];
  const [storage] = values.get('--storage') ?? [];
  const [via = 'env'] = values.get('--via') ?? [];
  if (!isStorage(storage) || !isVia(via)) return undefined;
  const [json, verbose] = [flags.has('--json'), flags.has('--verbose')];
  return {
    globals: { home, storage, json, verbose },
    options: {
      secret: values.get('--secret'),
      envFile: values.get('--env-file'),
      via,
      cleanEnv: flags.has('--clean-env'),
      masking: !flags.has('--no-masking'),
      allowMissing: flags.has('--allow-missing'),
    },
    command,
  };
}

function isStorage(text: string | undefined): text is GlobalOptions['storage'] {
  return text === undefined || text === 'auto' || text === 'keyring' || text === 'file';
}

function isVia(text: string): text is RunCommandOptions['via'] {
  return text === 'env' || text === 'fd' || text === 'stdin' || text === 'file';
}
