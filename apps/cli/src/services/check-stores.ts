import { join } from 'node:path';
import { checkDatabase, describeDatabaseFailure } from '@postern/database';
import { failing, type Finding } from '../health/finding.ts';
import { openAudit } from './audit.ts';
import type { OpenVault } from './open-vault.ts';
import { describeAuditFailure } from '@postern/audit';
import type { Clock } from '@postern/kernel';

const DATABASES = ['conversations', 'gateway'] as const;

/** Whether the encrypted databases and the audit log are whole. */
export async function checkStores(
  dataDir: string,
  vault: OpenVault,
  clock: Clock,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const label of DATABASES) findings.push(await checkOne(dataDir, vault, label));
  return [...findings, await checkAudit(dataDir, vault, clock)];
}

async function checkOne(
  dataDir: string,
  vault: OpenVault,
  label: (typeof DATABASES)[number],
): Promise<Finding> {
  const about = 'Database';
  const key = await vault.deriveKey(`database/${label}`);
  if (!key.ok) return failing(about, key.failure);
  const checked = checkDatabase({ path: join(dataDir, `${label}.db`), key: key.value, label });
  if (!checked.ok) return failing(about, describeDatabaseFailure(checked.failure));
  const state = checked.value === 'whole' ? 'is whole' : 'is not made yet';
  return { about, level: 'ok', message: `${label} ${state}.` };
}

async function checkAudit(dataDir: string, vault: OpenVault, clock: Clock): Promise<Finding> {
  const about = 'Audit log';
  const log = await openAudit(dataDir, vault, clock);
  if (!log.ok) return failing(about, log.failure);
  const verdict = await log.value.verify();
  await log.value.close();
  if (!verdict.ok) return failing(about, describeAuditFailure(verdict.failure));
  return { about, level: 'ok', message: `whole, ${String(verdict.value.records)} records.` };
}
