import type { LogAnchor } from '@postern/audit';
import { failed, type Result, type Secret } from '@postern/kernel';
import type { AuditActor, ExecutablePath, Problem, SecretName } from '@postern/protocol';
import { type SecretRequest, type TakenSecrets } from '@postern/run';
import {
  describeVaultFailure,
  type SecretInfo,
  type SecretRecord,
  type Vault,
  type VaultFailure,
} from '@postern/vault';
import { findSecrets } from '../secrets/find-secrets.ts';
import { setValue, type ValueInput, type ValueOutcome } from '../secrets/set-value.ts';

/** What a secret is taken out for: it stands in the audit log before the value is handed out. */
export interface SecretUse {
  readonly action: 'secret.read' | 'secret.use' | 'secret.inject';
  /** The program that gets it. */
  readonly program?: ExecutablePath;
  /** The process that takes it, where another one holds the vault. */
  readonly actor?: AuditActor;
}

/**
 * A vault that is open, here or in a running process that holds it. Commands use this, so that the
 * second one does not ask for the passphrase again.
 */
export interface OpenVault {
  readonly storage: 'keyring' | 'file';
  /** Without a use it is a plain reading. */
  get(name: SecretName, use?: SecretUse): Promise<Result<SecretRecord | undefined, Problem>>;
  /** Values out of several secrets for one use; where the wish is not to be met, none. */
  take(wish: SecretRequest, use: SecretUse): Promise<Result<TakenSecrets, Problem>>;
  put(record: SecretRecord, action?: 'secret.import'): Promise<Result<undefined, Problem>>;
  /** Stores or replaces a value, of which one record tells. */
  setValue(input: ValueInput): Promise<Result<ValueOutcome, Problem>>;
  remove(name: SecretName): Promise<Result<boolean, Problem>>;
  list(): Promise<Result<readonly SecretInfo[], Problem>>;
  /** The end of the audit log that the vault remembers, and its replacement. */
  readAuditHead(): Promise<Result<LogAnchor | undefined, Problem>>;
  saveAuditHead(head: LogAnchor, isNewLog: boolean): Promise<Result<undefined, Problem>>;
  /** 64 hexadecimal digits: a key for one purpose, derived from the data key. */
  deriveKey(purpose: string): Promise<Result<Secret, Problem>>;
  /** The same of what outlives every change of the data key: for MACs and keyed hashes alone. */
  deriveStableKey(purpose: string): Promise<Result<Secret, Problem>>;
}

/** The vault that this process unlocked itself. */
export function localVault(vault: Vault): OpenVault {
  return {
    storage: vault.storage ?? 'file',
    get: async (name) => withProblem(await vault.secrets.get(name)),
    take: async (wish) => {
      const get = async (name: SecretName) => withProblem(await vault.secrets.get(name));
      const found = await findSecrets(get, wish);
      return found.ok ? found : failed(found.failure.failure);
    },
    put: async (record) => withProblem(await vault.secrets.put(record)),
    setValue: async (input) => withProblem(await setValue(vault.secrets, input)),
    remove: async (name) => withProblem(await vault.secrets.remove(name)),
    list: async () => withProblem(await vault.secrets.list()),
    readAuditHead: async () => withProblem(await vault.readAuditHead()),
    saveAuditHead: async (head, isNewLog) =>
      withProblem(await vault.saveAuditHead(head, { isNewLog })),
    deriveKey: async (purpose) => await Promise.resolve(withProblem(vault.deriveKey(purpose))),
    deriveStableKey: async (purpose) =>
      await Promise.resolve(withProblem(vault.deriveStableKey(purpose))),
  };
}

function withProblem<T>(result: Result<T, VaultFailure>): Result<T, Problem> {
  return result.ok ? result : failed(describeVaultFailure(result.failure));
}
