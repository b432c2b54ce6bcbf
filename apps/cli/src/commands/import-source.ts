import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem, type SecretName } from '@postern/protocol';
import {
  KEYRING_CONVENTION_NAMES,
  type ForeignKeyring,
  type ImportFormat,
  type KeyringConvention,
} from '@postern/importers';
import {
  parseSecretName,
  readImportSource,
  type FoundImport,
  type ImportSource,
} from '@postern/app';
import { readPassphraseFrom } from '../terminal/passphrase.ts';
import { promptHidden } from '../terminal/prompt.ts';
import { fail, orFail, type CommandContext } from './context.ts';
import type { KeyringSource } from './keyring-sources.ts';

export interface SourceOptions {
  readonly format?: ImportFormat;
  readonly from?: KeyringSource;
  readonly service?: string;
  readonly account?: string;
  readonly attribute?: Readonly<Record<string, string>>;
  /** The name for a single secret. */
  readonly as?: string;
  readonly importPassphraseFd?: number;
}

export interface ReadSource extends Omit<FoundImport, 'format'> {
  readonly format: string;
}

/** Reads what another program stored, in files or in the keyring, without changing it. */
export async function readSource(
  context: CommandContext,
  path: string | undefined,
  options: SourceOptions,
  keyring: () => ForeignKeyring,
): Promise<ReadSource> {
  const { from = 'keyring' } = options;
  if ((path === undefined) === (options.from === undefined)) {
    fail(problem('USAGE', 'Give either a path or --from, not both.'));
  }
  const as = options.as === undefined ? undefined : orFail(parseSecretName(options.as));
  const source =
    path === undefined ? keyringSource(from, options, as) : pathSource(context, path, options);
  const found = orFail(await readImportSource(source, keyring, as));
  return { ...found, format: found.format ?? from };
}

function keyringSource(
  from: KeyringSource,
  { service, account, attribute: attributes }: SourceOptions,
  as: SecretName | undefined,
): ImportSource {
  const convention = conventionOf(from);
  if (convention === undefined) {
    if (attributes === undefined || as === undefined) {
      fail(problem('USAGE', '--from keyring needs --attribute NAME=VALUE and --as NAME.'));
    }
    return { kind: 'attributes', attributes, name: as };
  }
  if (service === undefined && convention !== 'claude-for-linux' && convention !== '99designs') {
    fail(problem('USAGE', `--from ${from} needs --service NAME.`));
  }
  const item = { service: service ?? '', ...(account === undefined ? {} : { account }) };
  return { kind: 'convention', convention, item };
}

function conventionOf(from: KeyringSource): KeyringConvention | undefined {
  return KEYRING_CONVENTION_NAMES.find((name) => from === `keyring:${name}`);
}

function pathSource(
  { terminal }: CommandContext,
  path: string,
  { format, importPassphraseFd: fd }: SourceOptions,
): ImportSource {
  return {
    kind: 'path',
    path,
    format,
    givenPassword: () => (fd === undefined ? ok(undefined) : readPassphraseFrom(fd)),
    askPassword: terminal.interactive ? askFor : undefined,
  };
}

async function askFor(whose: string): Promise<Result<Secret, Problem>> {
  const typed = await promptHidden(`Password of the other program (${whose}): `);
  return typed === undefined ? failed(problem('IMPORT_PASSPHRASE_NEEDED')) : ok(typed);
}
