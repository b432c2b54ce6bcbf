import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import { TEMPORARY } from '../disk/write-atomically.ts';
import { NEXT_SECRETS_FILE, SECRETS_FILE } from '../file/secrets-file.ts';
import { SLOTS_FILE } from '../slots/slots-file.ts';
import { JOURNAL_FILE } from '../vault/journal.ts';
import { LOCK_FILE } from '../vault/open-vault.ts';
import type { Vault } from '../vault/vault.ts';

/** Something about a vault that a person should know. */
export type Finding =
  | { readonly finding: 'open-to-others'; readonly path: string; readonly mode: number }
  | { readonly finding: 'not-yours'; readonly path: string }
  | { readonly finding: 'not-a-file'; readonly path: string }
  | { readonly finding: 'leftover'; readonly path: string }
  | { readonly finding: 'unknown-file'; readonly path: string }
  | { readonly finding: 'unfinished' }
  | { readonly finding: 'copy-kept'; readonly path: string }
  | { readonly finding: 'no-recovery-code' }
  | { readonly finding: 'value-missing'; readonly name: SecretName }
  | { readonly finding: 'old-secret'; readonly name: SecretName; readonly ageDays: number };

export interface FindingDescription {
  /** `unsafe` makes a status command end with a failure. */
  readonly severity: 'unsafe' | 'advice';
  readonly message: string;
  /** What to do, with the command. */
  readonly fix: string;
}

/** A secret is to be replaced once its value is this old. */
export const ROTATION_DAYS = 90;
const DAY_MS = 86_400_000;
const KNOWN: readonly string[] = [
  SLOTS_FILE,
  SECRETS_FILE,
  NEXT_SECRETS_FILE,
  JOURNAL_FILE,
  LOCK_FILE,
];

/**
 * Looks at a vault's directory and, where it is unlocked, at its secrets. Reads metadata and changes
 * nothing; storage that cannot be reached is for the caller to report.
 */
export async function inspectVault(
  vault: Vault,
  dataDir: string,
  clock: Clock,
): Promise<readonly Finding[]> {
  const names = (await readdirOrNothing(dataDir)).toSorted();
  if (names.length === 0) return [];
  const findings = await findingsAt(dataDir, true);
  for (const name of names) {
    const path = join(dataDir, name);
    if (TEMPORARY.test(name)) findings.push({ finding: 'leftover', path });
    else if (!KNOWN.includes(name)) findings.push({ finding: 'unknown-file', path });
    findings.push(...(await findingsAt(path, false)));
  }
  if (names.includes(JOURNAL_FILE)) findings.push({ finding: 'unfinished' });
  if (vault.storage === 'keyring' && names.includes(SECRETS_FILE)) {
    findings.push({ finding: 'copy-kept', path: join(dataDir, SECRETS_FILE) });
  }
  if (vault.slots.length > 0 && !vault.slots.some(({ kind }) => kind === 'recovery')) {
    findings.push({ finding: 'no-recovery-code' });
  }
  return [...findings, ...(await secretFindings(vault, clock))];
}

async function findingsAt(path: string, isDirectory: boolean): Promise<Finding[]> {
  const stats = await lstat(path);
  const findings: Finding[] = [];
  if (isDirectory ? !stats.isDirectory() : !stats.isFile()) {
    findings.push({ finding: 'not-a-file', path });
  }
  if (process.platform === 'win32') return findings;
  if (stats.uid !== process.getuid?.()) findings.push({ finding: 'not-yours', path });
  const mode = stats.mode & 0o777;
  if ((mode & 0o077) !== 0) findings.push({ finding: 'open-to-others', path, mode });
  return findings;
}

async function secretFindings(vault: Vault, clock: Clock): Promise<readonly Finding[]> {
  const infos = await vault.secrets.list();
  if (!infos.ok) return [];
  const findings: Finding[] = [];
  for (const { name, updatedAtMs } of infos.value) {
    const ageDays = Math.floor((clock.nowMs() - updatedAtMs) / DAY_MS);
    if (ageDays >= ROTATION_DAYS) findings.push({ finding: 'old-secret', name, ageDays });
    const record = await vault.secrets.get(name);
    if (record.ok && record.value === undefined) findings.push({ finding: 'value-missing', name });
  }
  return findings;
}

async function readdirOrNothing(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}

/** A finding as it is shown: one line, and what to do about it. */
export function describeFinding(finding: Finding): FindingDescription {
  const [severity, message, fix] = wordsOf(finding);
  return { severity, message, fix };
}

type Words = readonly [FindingDescription['severity'], string, string];

function wordsOf(finding: Finding): Words {
  switch (finding.finding) {
    case 'open-to-others': {
      const { path, mode } = finding;
      return ['unsafe', `${path} is open to others (${mode.toString(8)}).`, `chmod go= ${path}`];
    }
    case 'not-yours':
      return ['unsafe', `${finding.path} belongs to another user.`, `chown $USER ${finding.path}`];
    case 'not-a-file':
      return [
        'unsafe',
        `${finding.path} is not a plain file.`,
        `Look at it: ls -l ${finding.path}`,
      ];
    case 'leftover':
      return [
        'advice',
        `${finding.path} was left by a killed process.`,
        'postern auth storage test',
      ];
    case 'unknown-file':
      return ['advice', `${finding.path} is not a file of the vault.`, `rm ${finding.path}`];
    case 'unfinished':
      return ['advice', 'An operation is not completed.', 'postern vault unlock'];
    case 'copy-kept':
      return ['advice', `${finding.path} is an old copy, still encrypted.`, `rm ${finding.path}`];
    case 'no-recovery-code':
      return ['advice', 'There is no recovery code.', 'postern vault recovery'];
    case 'value-missing':
      return [
        'advice',
        `The value of ${finding.name} was removed from the keyring.`,
        `postern secret set ${finding.name}`,
      ];
    case 'old-secret': {
      const { name, ageDays } = finding;
      return ['advice', `${name} is ${String(ageDays)} days old.`, `postern secret rotate ${name}`];
    }
  }
}
