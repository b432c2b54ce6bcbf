import { failed, ok, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import {
  importSecrets,
  type ImportedRow,
  type ImportFindings,
  type ImportTarget,
} from '@postern/importers';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { connectOrCreate, connectOrUnlock } from '../vault/connect-or-open.ts';
import type { OpenParts } from '../vault/front-end.ts';
import { open } from '../vault/home-vault.ts';
import type { OpenVault } from '../vault/open-vault.ts';

export interface ImportOptions {
  readonly isDryRun: boolean;
  readonly isReplacing: boolean;
  /** The vault, if it is open already. */
  readonly vault?: OpenVault | undefined;
}

export interface ImportedSecrets {
  readonly rows: readonly ImportedRow[];
  /** Undefined for a dry run without a vault, because a dry run creates none. */
  readonly vault: OpenVault | undefined;
}

/** Stores the secrets found in another program; creates the vault if there is none. */
export async function importIntoVault(
  parts: OpenParts,
  { secrets }: Pick<ImportFindings, 'secrets'>,
  options: ImportOptions,
): Promise<Result<ImportedSecrets, Problem>> {
  const opened = options.vault === undefined ? await vaultFor(parts, options.isDryRun) : undefined;
  if (opened?.ok === false) return opened;
  const vault = options.vault ?? opened?.value;
  const target = vault === undefined ? NOTHING : into(vault);
  const rows = await importSecrets(secrets, target, { clock: parts.clock, ...options });
  if (!rows.ok) return rows;
  const recorded = vault === undefined ? ok() : await recordUnverified(parts, vault, rows.value);
  return recorded.ok ? ok({ rows: rows.value, vault }) : recorded;
}

async function vaultFor(
  parts: OpenParts,
  isDryRun: boolean,
): Promise<Result<OpenVault | undefined, Problem>> {
  if (!isDryRun) return await connectOrCreate(parts);
  const opened = await open(parts);
  if (!opened.ok) return opened;
  return opened.value.vault.state === 'absent' ? ok(undefined) : await connectOrUnlock(parts);
}

/** The stored value and the value read back are compared but never shown. */
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

async function recordUnverified(
  place: AuditPlace,
  vault: OpenVault,
  rows: readonly ImportedRow[],
): Promise<Result<undefined, Problem>> {
  for (const { name, outcome } of rows) {
    if (outcome !== 'not-verified') continue;
    const subject = { kind: 'secret', name } as const;
    const event = { action: 'secret.import', outcome: 'failure', subject } as const;
    const recorded = await recordEvents(place, vault, [event]);
    if (!recorded.ok) return recorded;
  }
  return ok();
}
