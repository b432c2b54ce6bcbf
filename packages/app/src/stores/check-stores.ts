import { existsSync } from 'node:fs';
import { checkDatabase, describeDatabaseFailure } from '@postern/database';
import { failing, type Finding } from '../health/finding.ts';
import { auditDirectory, openAudit } from '../audit/audit.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { describeAuditFailure } from '@postern/audit';
import type { Clock } from '@postern/kernel';
import {
  DATABASE_LABELS,
  databasePath,
  databasePurpose,
  type DatabaseLabel,
} from './vault-databases.ts';

/** Checks that the encrypted databases and the audit log are intact. */
export async function checkStores(
  dataDir: string,
  vault: OpenVault,
  clock: Clock,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const label of DATABASE_LABELS) findings.push(await checkOne(dataDir, vault, label));
  return [...findings, await checkAudit(dataDir, vault, clock)];
}

async function checkOne(dataDir: string, vault: OpenVault, label: DatabaseLabel): Promise<Finding> {
  const about = 'Database';
  const key = await vault.deriveKey(databasePurpose(label));
  if (!key.ok) return failing(about, key.failure);
  const checked = checkDatabase({ path: databasePath(dataDir, label), key: key.value, label });
  if (!checked.ok) return failing(about, describeDatabaseFailure(checked.failure));
  const state = checked.value === 'whole' ? 'is intact' : 'is not created yet';
  return { about, level: 'ok', message: `${label} ${state}.` };
}

async function checkAudit(dataDir: string, vault: OpenVault, clock: Clock): Promise<Finding> {
  const about = 'Audit log';
  // Opening it would create one.
  if (!existsSync(auditDirectory(dataDir))) {
    return { about, level: 'ok', message: 'not started yet.' };
  }
  const log = await openAudit(dataDir, vault, clock);
  if (!log.ok) return failing(about, log.failure);
  const verdict = await log.value.verify();
  await log.value.close();
  if (!verdict.ok) return failing(about, describeAuditFailure(verdict.failure));
  return { about, level: 'ok', message: `whole, ${String(verdict.value.records)} records.` };
}
