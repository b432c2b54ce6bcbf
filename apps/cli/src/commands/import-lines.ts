import type { ImportedRow, ImportOutcome, Leftover, Skipped, SkipReason } from '@postern/importers';
import { EXPOSURES } from '@postern/app';
import { printable } from '../terminal/printable.ts';
import { table } from '../terminal/terminal.ts';

export const OUTCOMES: Readonly<Record<ImportOutcome, string>> = {
  imported: 'imported',
  'would-import': 'would be imported',
  same: 'already in the vault',
  kept: 'skipped: the vault has a different value (see --replace)',
  'not-verified': "stored, but didn't read back as written",
};

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  'oauth-token': 'a login; sign in again instead',
  'plan-token': "a subscription token, which only the provider's own programs may use",
  empty: 'empty',
  malformed: 'malformed',
  'key-as-name': 'its name looks like a key',
  'other-passphrase': 'encrypted with a different password',
};

export interface ImportReport {
  readonly label: string;
  readonly dryRun: boolean;
  readonly secrets: readonly ImportedRow[];
  readonly skipped: readonly Skipped[];
  readonly gatewayKeys: readonly { readonly name: string; readonly isActive: boolean }[];
  readonly leftovers: readonly Leftover[];
  readonly destroyed: readonly string[];
}

/** Formats the result of an import as text. */
export function importLines(found: ImportReport): readonly string[] {
  const { secrets, skipped, gatewayKeys, leftovers, destroyed } = found;
  const rows = secrets.map(({ name, outcome }) => [name, OUTCOMES[outcome]]);
  return [
    `${found.label}${found.dryRun ? ' (dry run, nothing is changed)' : ''}`,
    ...(rows.length === 0 ? ['Found no secrets to import.'] : [table(['NAME', 'OUTCOME'], rows)]),
    ...skipped.map(({ entry, why }) => `Skipped: ${printable(entry)} (${SKIPPED[why]}).`),
    ...gatewayKeys.map(
      ({ name, isActive }) =>
        `Skipped: ${isActive ? 'the' : 'the inactive'} gateway key ${printable(name)}, which is ` +
        'readable in the file. To import it: postern key import FILE --only NAME --all-models.',
    ),
    ...destroyed.map((path) => `Destroyed: ${printable(path)}`),
    ...leftovers.map(
      ({ path, exposure }) => `Still exposed: ${printable(path)} (${EXPOSURES[exposure]}).`,
    ),
    ...(leftovers.length === 0
      ? []
      : ['To destroy these files, run the command again with --destroy.']),
    ...(destroyed.length === 0
      ? []
      : ['Copies in backups and snapshots remain, so replace the keys at their providers too.']),
  ];
}
