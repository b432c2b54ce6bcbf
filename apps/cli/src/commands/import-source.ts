import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { type Problem, problem, type SecretName } from '@postern/protocol';
import {
  describeImportFailure,
  detectImport,
  IMPORTERS,
  KEYRING_CONVENTION_NAMES,
  KEYRING_CONVENTIONS,
  osForeignKeyring,
  readByAttributes,
  readForeignKeyring,
  readImport,
  type DetectedSource,
  type ForeignKeyring,
  type ImportFindings,
  type ImportFormat,
  type KeyringConvention,
} from '@postern/importers';
import { readPassphraseFrom } from '../terminal/passphrase.ts';
import { promptHidden } from '../terminal/prompt.ts';
import { fail, orFail, type CommandContext } from './context.ts';
import type { KeyringSource } from './keyring-sources.ts';
import { nameOf } from './name-of.ts';

export interface SourceOptions {
  readonly format?: ImportFormat;
  readonly from?: KeyringSource;
  readonly service?: string;
  readonly account?: string;
  readonly attribute?: Readonly<Record<string, string>>;
  /** What the one secret shall be called. */
  readonly as?: string;
  readonly importPassphraseFd?: number;
}

export interface ReadSource {
  readonly format: string;
  readonly label: string;
  readonly findings: ImportFindings;
}

/** What another program keeps, in files or in the keyring. Changes nothing there. */
export async function readSource(
  context: CommandContext,
  path: string | undefined,
  options: SourceOptions,
): Promise<ReadSource> {
  if ((path === undefined) === (options.from === undefined)) {
    fail(problem('USAGE', 'Give either a path or --from, not both.'));
  }
  const as = options.as === undefined ? undefined : nameOf(options.as);
  const source =
    path === undefined
      ? await readKeyring(context, options.from ?? 'keyring', options)
      : await readPath(context, path, options);
  return { ...source, findings: named(source.findings, as) };
}

/** The keyring of the person who runs the command, as other programs see it. */
export function foreignKeyring({ environment }: CommandContext): ForeignKeyring {
  const set = Object.entries(environment.variables).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return osForeignKeyring(Object.fromEntries(set));
}

async function readKeyring(
  context: CommandContext,
  from: KeyringSource,
  { service, account, attribute, as }: SourceOptions,
): Promise<ReadSource> {
  const keyring = foreignKeyring(context);
  const convention = conventionOf(from);
  if (convention === undefined) {
    if (attribute === undefined || as === undefined) {
      fail(problem('USAGE', '--from keyring needs --attribute NAME=VALUE and --as NAME.'));
    }
    const findings = await readByAttributes(keyring, attribute, as);
    return {
      format: from,
      label: 'The keyring',
      findings: orFail(findings, describeImportFailure),
    };
  }
  const { label } = KEYRING_CONVENTIONS[convention];
  if (service === undefined && convention !== 'claude-for-linux' && convention !== '99designs') {
    fail(problem('USAGE', `--from ${from} needs --service NAME.`));
  }
  const item = { service: service ?? '', ...(account === undefined ? {} : { account }) };
  const findings = await readForeignKeyring(keyring, convention, item);
  return { format: from, label, findings: orFail(findings, describeImportFailure) };
}

function conventionOf(from: KeyringSource): KeyringConvention | undefined {
  return KEYRING_CONVENTION_NAMES.find((name) => from === `keyring:${name}`);
}

/** The one secret under the name that the person wants. */
function named(findings: ImportFindings, name: SecretName | undefined): ImportFindings {
  if (name === undefined) return findings;
  const [secret, ...others] = findings.secrets;
  if (others.length > 0)
    fail(problem('USAGE', '--as can name only one secret, and several were found.'));
  return secret === undefined ? findings : { ...findings, secrets: [{ ...secret, name }] };
}

async function readPath(
  context: CommandContext,
  path: string,
  { format, importPassphraseFd }: SourceOptions,
): Promise<ReadSource> {
  const source = orFail(await sourceAt(path, format), describeImportFailure);
  const findings = await read(context, source, importPassphraseFd);
  return { format: source.format, label: source.label, findings };
}

async function sourceAt(
  path: string,
  format: ImportFormat | undefined,
): ReturnType<typeof detectImport> {
  if (format === undefined) return await detectImport(path);
  const { label, passphrase } = IMPORTERS[format];
  return ok({ path, format, label, passphrase });
}

/** Reads the source, with its own password where it has one and a way to get it. */
async function read(
  context: CommandContext,
  source: DetectedSource,
  fd: number | undefined,
): Promise<ImportFindings> {
  const given = fd === undefined ? undefined : orFail(readPassphraseFrom(fd), same);
  const first = await readImport(source, given);
  const isAsked = !first.ok && first.failure.reason === 'import-passphrase-needed';
  if (!isAsked || given !== undefined || !context.terminal.interactive) {
    return orFail(first, describeImportFailure);
  }
  const typed = orFail(await askFor(source), same);
  return orFail(await readImport(source, typed), describeImportFailure);
}

async function askFor({ passphrase }: DetectedSource): Promise<Result<Secret, Problem>> {
  const typed = await promptHidden(`Password of the other program (${passphrase ?? 'its own'}): `);
  return typed === undefined ? failed(problem('IMPORT_PASSPHRASE_NEEDED')) : ok(typed);
}

function same(failure: Problem): Problem {
  return failure;
}
