import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { EXIT } from '@postern/protocol';
import {
  describeImportFailure,
  detectImport,
  importSecrets,
  IMPORTERS,
  readImport,
  type DetectedSource,
  type ImportedRow,
  type ImportFindings,
  type ImportFormat,
  type ImportTarget,
} from '@postern/vault';
import { described, type Described } from '../failure/described.ts';
import type { OpenVault } from '../services/open-vault.ts';
import { readPassphraseFrom } from '../terminal/passphrase.ts';
import { promptHidden } from '../terminal/prompt.ts';
import {
  endWith,
  fail,
  findVault,
  openedVault,
  orFail,
  report,
  tell,
  type CommandContext,
} from './context.ts';
import { openedOrNewVault } from './create-vault.ts';
import { destroyLeftovers, whyKept } from './destroy-leftovers.ts';
import { importLines } from './import-lines.ts';

export interface ImportCommandOptions {
  readonly format?: ImportFormat;
  readonly dryRun: boolean;
  readonly replace: boolean;
  readonly destroy: boolean;
  readonly yes: boolean;
  readonly importPassphraseFd?: number;
}

/** `postern secret import PATH`: what another program keeps, by name; its values never show. */
export async function importFrom(
  context: CommandContext,
  path: string,
  options: ImportCommandOptions,
): Promise<void> {
  if (options.destroy && !options.yes && !context.terminal.interactive) {
    fail(described('USAGE', 'Destroying without being asked needs --yes; nothing was imported.'));
  }
  const source = orFail(await sourceAt(path, options.format), describeImportFailure);
  const findings = await read(context, source, options.importPassphraseFd);
  const vault = await vaultFor(context, options.dryRun);
  const rows = await store(context, vault, findings, options);
  const kept = options.destroy ? whyKept(rows, findings) : undefined;
  const destroyed =
    options.destroy && kept === undefined && vault !== undefined
      ? await destroyLeftovers(context, vault, findings, options.yes)
      : [];
  const value = {
    format: source.format,
    label: source.label,
    dryRun: options.dryRun,
    secrets: rows,
    skipped: findings.skipped,
    // Found by name only: their clients need a new key.
    gatewayKeys: findings.gatewayKeys.map(({ name, isActive }) => ({ name, isActive })),
    leftovers: findings.leftovers.filter((leftover) => !destroyed.includes(leftover.path)),
    destroyed,
  };
  report(context, value, importLines(value));
  if (kept !== undefined) context.terminal.note(`postern: ${kept} No file was destroyed.`);
  const isVerified = rows.every(({ outcome }) => outcome !== 'not-verified');
  if (kept !== undefined || !isVerified) endWith(EXIT.failure);
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

async function askFor({ passphrase }: DetectedSource): Promise<Result<Secret, Described>> {
  const typed = await promptHidden(`Password of the other program (${passphrase ?? 'its own'}): `);
  return typed === undefined ? failed(described('IMPORT_PASSPHRASE_NEEDED')) : ok(typed);
}

/** Undefined for a dry run where there is no vault yet: a dry run makes none. */
async function vaultFor(
  context: CommandContext,
  isDryRun: boolean,
): Promise<OpenVault | undefined> {
  if (!isDryRun) return await openedOrNewVault(context);
  const { vault } = await findVault(context);
  return vault.state === 'absent' ? undefined : await openedVault(context);
}

const NOTHING: ImportTarget<Described> = {
  get: () => Promise.resolve(ok(undefined)),
  put: () => Promise.resolve(failed(described('VAULT_NOT_SET_UP'))),
};

async function store(
  context: CommandContext,
  vault: OpenVault | undefined,
  findings: ImportFindings,
  options: ImportCommandOptions,
): Promise<readonly ImportedRow[]> {
  const rows = orFail(
    await importSecrets(findings.secrets, vault ?? NOTHING, {
      clock: context.clock,
      isDryRun: options.dryRun,
      isReplacing: options.replace,
    }),
    same,
  );
  for (const { name, outcome } of rows) {
    if (vault === undefined || (outcome !== 'imported' && outcome !== 'not-verified')) continue;
    await tell(context, vault, {
      action: 'secret.import',
      outcome: outcome === 'imported' ? 'success' : 'failure',
      subject: { kind: 'secret', name },
    });
  }
  return rows;
}

function same(failure: Described): Described {
  return failure;
}
