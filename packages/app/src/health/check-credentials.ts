import type { SecretInfo } from '@postern/vault';
import type { Finding } from './finding.ts';

/** The age in days after which a key should be replaced at its provider. */
export const ROTATION_DAYS = 90;
const DAY_MS = 86_400_000;

export interface CredentialAge {
  readonly name: string;
  /** Whole days since the value last changed. */
  readonly ageDays: number;
}

export function agesOf(infos: readonly SecretInfo[], nowMs: number): readonly CredentialAge[] {
  return infos.map(({ name, updatedAtMs }) => ({
    name,
    ageDays: Math.max(0, Math.floor((nowMs - updatedAtMs) / DAY_MS)),
  }));
}

/** Advice for every credential that is too old. */
export function checkAges(ages: readonly CredentialAge[]): readonly Finding[] {
  const about = 'Age';
  const old = ages.filter(({ ageDays }) => ageDays >= ROTATION_DAYS);
  if (old.length > 0) {
    return old.map(({ name, ageDays }) => ({
      about,
      level: 'warn',
      message: `${name} is ${String(ageDays)} days old; rotate it every ${String(ROTATION_DAYS)} days.`,
      fix: `Create a new key at its provider, then run: postern secret rotate ${name}`,
    }));
  }
  const message = `no credential is older than ${String(ROTATION_DAYS)} days.`;
  return [{ about, level: 'ok', message }];
}
