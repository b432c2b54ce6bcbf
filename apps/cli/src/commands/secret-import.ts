import { failed, ok } from '@postern/kernel';
import { EXIT, type Problem, problem } from '@postern/protocol';
import {
  importSecrets,
  type ImportedRow,
  type ImportFindings,
  type ImportFormat,
  type ImportTarget,
} from '@postern/importers';
import { type OpenVault } from '@postern/app';
import {
  endWith,
  fail,
  openVault,
  connectOrUnlock,
  orFail,
  report,
  recordEvent,
  type CommandContext,
} from './context.ts';
import { connectOrCreate } from './create-vault.ts';
import { destroyLeftovers, whyKept } from './destroy-leftovers.ts';
import { readSource } from './import-source.ts';
import type { KeyringSource } from './keyring-sources.ts';
import { importLines } from './import-lines.ts';

export interface ImportCommandOptions {
  readonly format?: ImportFormat;
  readonly from?: KeyringSource;
  readonly service?: string;
  readonly account?: string;
  readonly attribute?: Readonly<Record<string, string>>;
  readonly as?: string;
  readonly dryRun: boolean;
  readonly replace: boolean;
  readonly destroy: boolean;
  readonly yes: boolean;
  readonly importPassphraseFd?: number;
}

/** `postern secret import PATH`: what another program keeps, by name; its values never show. */
export async function importFrom(
  context: CommandContext,
  path: string | undefined,
  options: ImportCommandOptions,
): Promise<void> {
  if (options.destroy && !options.yes && !context.terminal.interactive) {
    fail(
      problem(
        'USAGE',
        'Without a terminal to confirm, --destroy needs --yes; nothing was imported.',
      ),
    );
  }
  const source = await readSource(context, path, options);
  const { findings } = source;
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
  if (kept !== undefined) context.terminal.note(`postern: ${kept} Nothing was destroyed.`);
  const isVerified = rows.every(({ outcome }) => outcome !== 'not-verified');
  if (kept !== undefined || !isVerified) endWith(EXIT.failure);
}

/** Undefined for a dry run where there is no vault yet: a dry run makes none. */
async function vaultFor(
  context: CommandContext,
  isDryRun: boolean,
): Promise<OpenVault | undefined> {
  if (!isDryRun) return await connectOrCreate(context);
  const { vault } = await openVault(context);
  return vault.state === 'absent' ? undefined : await connectOrUnlock(context);
}

/** What is there and what is read back is compared, and shown to nobody. */
function into(vault: OpenVault): ImportTarget<Problem> {
  return {
    get: async (name) => await vault.get(name, { action: 'secret.use' }),
    put: async (record) => await vault.put(record, 'secret.import'),
  };
}

const NOTHING: ImportTarget<Problem> = {
  get: () => Promise.resolve(ok(undefined)),
  put: () => Promise.resolve(failed(problem('VAULT_NOT_SET_UP'))),
};

async function store(
  context: CommandContext,
  vault: OpenVault | undefined,
  findings: ImportFindings,
  options: ImportCommandOptions,
): Promise<readonly ImportedRow[]> {
  const rows = orFail(
    await importSecrets(findings.secrets, vault === undefined ? NOTHING : into(vault), {
      clock: context.clock,
      isDryRun: options.dryRun,
      isReplacing: options.replace,
    }),
  );
  for (const { name, outcome } of rows) {
    if (vault === undefined || outcome !== 'not-verified') continue;
    const subject = { kind: 'secret', name } as const;
    await recordEvent(context, vault, { action: 'secret.import', outcome: 'failure', subject });
  }
  return rows;
}
