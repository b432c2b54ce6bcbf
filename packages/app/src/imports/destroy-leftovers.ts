import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import {
  describeImportFailure,
  nodeImportFiles,
  type ForeignKeyring,
  type ImportedRow,
  type ImportFindings,
} from '@postern/importers';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** Why the other program's files must stay; undefined if they may be destroyed. */
export function whyKept(
  rows: readonly ImportedRow[],
  { skipped }: Pick<ImportFindings, 'skipped'>,
): string | undefined {
  if (rows.some(({ outcome }) => outcome === 'not-verified')) {
    return "A stored secret didn't read back as it was written.";
  }
  if (rows.some(({ outcome }) => outcome === 'kept')) {
    return 'The vault already has a different value under one of the names; see --replace.';
  }
  if (skipped.some(({ why }) => why === 'other-passphrase')) {
    return 'Some entries are encrypted with a different password.';
  }
  return undefined;
}

export interface DestroyParts extends AuditPlace {
  readonly randomness: Randomness;
  readonly keyring: () => ForeignKeyring;
}

/**
 * Overwrites and removes the files that still expose the imported secrets. Returns the destroyed
 * paths.
 */
export async function destroyLeftovers(
  parts: DestroyParts,
  vault: OpenVault,
  { leftovers }: Pick<ImportFindings, 'leftovers'>,
): Promise<Result<readonly string[], Problem>> {
  if (leftovers.length === 0) return ok([]);
  const destroyed: string[] = [];
  for (const { path, item } of leftovers) {
    const gone =
      item === undefined
        ? await nodeImportFiles.destroy(path, parts.randomness)
        : await parts.keyring().remove(item);
    if (!gone.ok) {
      const recorded = await recordDestroyed(parts, vault, destroyed.length, 'failure');
      return recorded.ok ? failed(describeImportFailure(gone.failure)) : recorded;
    }
    if (gone.value) destroyed.push(path);
  }
  const recorded = await recordDestroyed(parts, vault, destroyed.length, 'success');
  return recorded.ok ? ok(destroyed) : recorded;
}

async function recordDestroyed(
  place: AuditPlace,
  vault: OpenVault,
  count: number,
  outcome: 'success' | 'failure',
): Promise<Result<undefined, Problem>> {
  return await recordEvents(place, vault, [{ action: 'leftover.destroy', outcome, count }]);
}
