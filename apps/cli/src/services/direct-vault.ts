import { join } from 'node:path';
import type { AuditLog } from '@postern/audit';
import { failed, type Clock, type Result } from '@postern/kernel';
import { describeVaultFailure, openDirectly, type KeyringPort } from '@postern/vault';
import type { Described } from '../failure/described.ts';
import type { OpenVault } from './open-vault.ts';

export interface DirectParts {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly keyring: () => KeyringPort;
  /** The same vault opened with its data key, for what this way does not have. */
  readonly longWay: () => Promise<Pick<OpenVault, 'get'>>;
}

/**
 * The secrets of a vault in the keyring for a command that only reads some: without the data key,
 * whose derivation takes longer than all the rest. The key of the audit log is asked for at the
 * same time as the first secret. Undefined where the vault must be opened the long way.
 */
export async function openVaultDirectly(
  parts: DirectParts,
): Promise<Pick<OpenVault, 'get'> | undefined> {
  const { keyring, dataDir } = parts;
  const direct = await openDirectly({ dataDir: join(dataDir, 'vault'), keyring });
  if (direct === undefined) return undefined;
  // With what locks and flushes the log; loaded while the keyring is asked.
  const audit = import('./audit.ts');
  let log: Promise<Result<AuditLog, Described> | undefined> | undefined;
  const openLog = async (): Promise<Result<AuditLog, Described> | undefined> => {
    const key = await direct.keptKey('audit/log');
    if (!key.ok || key.value === undefined) return undefined;
    const { openAuditUnder } = await audit;
    return await openAuditUnder(key.value, dataDir, parts.clock);
  };
  let longWay: Promise<Pick<OpenVault, 'get'>> | undefined;
  return {
    get: async (name, use) => {
      log ??= openLog();
      const [opened, found] = await Promise.all([log, direct.get(name)]);
      if (opened === undefined) {
        longWay ??= parts.longWay();
        return await (await longWay).get(name, use);
      }
      if (!opened.ok) return opened;
      const spoken = found.ok ? found : failed(describeVaultFailure(found.failure));
      const { auditedGet } = await audit;
      return await auditedGet(async () => await Promise.resolve(spoken), opened.value)(name, use);
    },
  };
}
