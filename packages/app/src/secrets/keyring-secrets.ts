import { join } from 'node:path';
import type { AuditLog } from '@postern/audit';
import { failed, type Clock, type Result } from '@postern/kernel';
import type { Problem, SecretName } from '@postern/protocol';
import {
  describeVaultFailure,
  openKeyringReadOnly,
  type KdfCosts,
  type KeyringPort,
  type SecretRecord,
} from '@postern/vault';
import { findSecrets } from './find-secrets.ts';
import type { OpenVault } from '../vault/open-vault.ts';

export interface KeyringSecretsParts {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly kdfCosts: KdfCosts;
  readonly keyring: () => KeyringPort;
  /** The same vault, unlocked, for values that the keyring alone can't provide. */
  readonly unlocked: () => Promise<Result<Pick<OpenVault, 'take'>, Problem>>;
}

/**
 * The secrets of a vault in the keyring, for a command that only reads some. It doesn't derive the
 * data key, which takes longer than everything else. The audit log's key is requested at the same
 * time as the first secret. Undefined if the vault must be unlocked.
 */
export async function keyringSecrets(
  parts: KeyringSecretsParts,
): Promise<Pick<OpenVault, 'take'> | undefined> {
  const { keyring, dataDir, kdfCosts } = parts;
  const vault = await openKeyringReadOnly({ dataDir: join(dataDir, 'vault'), keyring, kdfCosts });
  if (vault === undefined) return undefined;
  // Includes the code that locks and flushes the log, which is loaded during the keyring call.
  const audit = import('../audit/audit.ts');
  const openLog = async (): Promise<Result<AuditLog, Problem> | undefined> => {
    const key = await vault.stableKey('audit/log');
    if (!key.ok || key.value === undefined) return undefined;
    const { openAuditUnder } = await audit;
    return await openAuditUnder(key.value, dataDir, parts.clock);
  };
  const get = async (name: SecretName): Promise<Result<SecretRecord | undefined, Problem>> => {
    const found = await vault.get(name);
    return found.ok ? found : failed(describeVaultFailure(found.failure));
  };
  return {
    take: async (request, use) => {
      const [log, found] = await Promise.all([openLog(), findSecrets(get, request)]);
      if (log === undefined) {
        const unlocked = await parts.unlocked();
        return unlocked.ok ? await unlocked.value.take(request, use) : unlocked;
      }
      const { takeRecorded } = await audit;
      return log.ok ? await takeRecorded(log.value, use, found) : log;
    },
  };
}
