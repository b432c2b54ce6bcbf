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

/**
 * The purpose of reading a secret. It is recorded in the audit log before the value is returned.
 */
export interface SecretUse {
  readonly action: 'secret.read' | 'secret.use' | 'secret.inject';
  /** The program that gets the secret. */
  readonly program?: ExecutablePath;
  /** The process that requests it, if another process holds the vault. */
  readonly actor?: AuditActor;
}

/**
 * An unlocked vault, in this process or in a running one. Commands use it so that the second
 * command doesn't ask for the passphrase again.
 */
export interface OpenVault {
  readonly storage: 'keyring' | 'file';
  /** Without a use, only a read is recorded. */
  get(name: SecretName, use?: SecretUse): Promise<Result<SecretRecord | undefined, Problem>>;
  /**
   * Values from several secrets for one use. Returns no values if the request can't be met
   * completely.
   */
  take(request: SecretRequest, use: SecretUse): Promise<Result<TakenSecrets, Problem>>;
  put(record: SecretRecord, action?: 'secret.import'): Promise<Result<undefined, Problem>>;
  /** Stores or replaces a value, with one record. */
  setValue(input: ValueInput): Promise<Result<ValueOutcome, Problem>>;
  remove(name: SecretName): Promise<Result<boolean, Problem>>;
  list(): Promise<Result<readonly SecretInfo[], Problem>>;
  /** The end of the audit log in the vault's anchor, and its replacement. */
  readAuditHead(): Promise<Result<LogAnchor | undefined, Problem>>;
  saveAuditHead(head: LogAnchor, isNewLog: boolean): Promise<Result<undefined, Problem>>;
  /** 64 hexadecimal digits: a key for one purpose, derived from the data key. */
  deriveKey(purpose: string): Promise<Result<Secret, Problem>>;
  /**
   * The same, derived from the key that stays the same when the data key changes. Only for MACs and
   * keyed hashes.
   */
  deriveStableKey(purpose: string): Promise<Result<Secret, Problem>>;
}

/** The vault that this process unlocked itself. */
export function localVault(vault: Vault): OpenVault {
  return {
    storage: vault.storage ?? 'file',
    get: async (name) => withProblem(await vault.secrets.get(name)),
    take: async (request) => {
      const get = async (name: SecretName) => withProblem(await vault.secrets.get(name));
      const found = await findSecrets(get, request);
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
