import { failed, Fault, ok, type Result, type Secret } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import type { AuditHead } from '../anchor/anchor-file.ts';
import { saveAuditHead, readAuditHead, type SaveAuditHeadOptions } from '../anchor/audit-head.ts';
import { findRollback } from '../anchor/generations.ts';
import { saveStableKey, type StableKeyPurpose } from '../keyring/stable-key-entry.ts';
import type { SecretStore } from '../secret-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import { requiresBoth, slotInfo, type SlotInfo } from '../slots/slot.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import { applicationKey } from './application-key.ts';
import * as change from './change-slots.ts';
import { createVault, type VaultChoice, type VaultSeed } from './create-vault.ts';
import { readJournal, type Journal, type JournalOf } from './journal.ts';
import { migrate, type Migration, type MigrationReport } from './migrate.ts';
import { proveMethod, type UnlockMethod, type VaultProof } from './open-data-key.ts';
import { readVerifiedSlots, readSlots } from '../slots/read-slots.ts';
import type { RekeyOptions } from './plan-rekey.ts';
import { confirmRekey, rekey } from './rekey.ts';
import { backUp, type BackupTarget } from './make-backup.ts';
import {
  OpenBackup,
  originOfBackup,
  readBackup,
  type BackupFile,
  type BackupReport,
} from './open-backup.ts';
import { restoreSecrets } from './restore.ts';
import { unlockVault, type UnlockOptions } from './unlock.ts';
import type { VaultContext } from './vault-context.ts';
import { VaultState } from './vault-state.ts';

/**
 * The vault in one directory. It holds the data key only while it is unlocked. Calls that need the key
 * fail with `vault-absent` or `vault-locked` otherwise. There is no `Vault` for a damaged vault:
 * `openVault` and `unlock` fail instead.
 */
export class Vault {
  /** The secrets, in the vault's storage. */
  readonly secrets: SecretStore = {
    get: (name) => this.#state.withSecrets((secrets) => secrets.get(name)),
    put: (record) => this.#state.withSecrets((secrets) => secrets.put(record)),
    remove: (name) => this.#state.withSecrets((secrets) => secrets.remove(name)),
    list: () => this.#state.withSecrets((secrets) => secrets.list()),
  };
  readonly #context: VaultContext;
  readonly #state: VaultState;

  /** Called by `openVault`. */
  constructor(context: VaultContext, header: SlotsHeader | undefined) {
    this.#context = context;
    this.#state = new VaultState(context, header);
  }

  get state(): VaultState['at'] {
    return this.#state.at;
  }

  /** Undefined if there is no vault. */
  get id(): VaultId | undefined {
    return this.#state.header?.vaultId;
  }

  /** Where the secrets are stored; undefined if there is no vault. */
  get storage(): VaultStorage | undefined {
    return this.#state.header?.storage;
  }

  /** The key slots in the header, which is verified only when the vault is unlocked. */
  get slots(): readonly SlotInfo[] {
    return this.#state.header?.slots.map(slotInfo) ?? [];
  }

  /** Whether the passphrase and the keyring open the vault only together, as the header says. */
  get requiresBoth(): boolean {
    const { header } = this.#state;
    return header !== undefined && requiresBoth(header);
  }

  /**
   * Creates the vault and leaves it unlocked. The recovery code isn't stored anywhere. Fails with
   * `vault-exists` if there is a vault, even if another process created it just now; that one can then
   * be unlocked.
   */
  async create(
    choice: VaultChoice,
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#create(choice, undefined);
  }

  /**
   * Opens the vault and completes an interrupted operation; if the vault is open read-only, fails with
   * `unfinished` instead. A wrong passphrase or code changes nothing on disk or in the keyring.
   */
  async unlock(
    method: UnlockMethod,
    options?: UnlockOptions,
  ): Promise<Result<undefined, VaultFailure>> {
    const opened = await unlockVault(this.#context, method, options);
    if (!opened.ok) return opened;
    this.#state.unlock(opened.value.header, opened.value.keys);
    return ok();
  }

  /** Whether a passphrase or a recovery code opens the vault; fails if not. Changes nothing. */
  async prove(proof: VaultProof): Promise<Result<undefined, VaultFailure>> {
    return await this.#state.whileUnlocked(async () => await proveMethod(this.#context, proof));
  }

  /**
   * Whether this process has created the data key, so that another one must confirm it. Also after the vault
   * was locked.
   */
  get isRekeyedHere(): boolean {
    const state = this.#state.unlocked;
    return state.ok && state.value.rekeyedHere;
  }

  /** Overwrites the keys in memory. The callers of `deriveKey` must drop their keys themselves. */
  lock(): void {
    this.#state.lock();
  }

  /**
   * A key for one purpose, 32 bytes as 64 hexadecimal digits: HKDF-SHA256 of the data key with the
   * vault's id as salt and `postern/v1/app/` and the purpose as info. It changes with the data key, so
   * use it for databases that can be encrypted again, and list them in `VaultOptions`.
   */
  deriveKey(purpose: string): Result<Secret, VaultFailure> {
    const state = this.#state.unlocked;
    return state.ok ? ok(applicationKey(state.value.keys.dataKey, purpose)) : state;
  }

  /**
   * As `deriveKey`, but from the stable key, which doesn't change with the data key. For MACs and keyed
   * hashes of data that can't be written again. Never encrypt with it.
   */
  deriveStableKey(purpose: string): Result<Secret, VaultFailure> {
    const state = this.#state.unlocked;
    return state.ok ? ok(applicationKey(state.value.keys.stableKey, purpose)) : state;
  }

  /**
   * With keyring storage, stores a stable key in the keyring for `openKeyringReadOnly`. It is removed
   * when the secrets leave the keyring. Does nothing with file storage.
   */
  async storeStableKey(purpose: StableKeyPurpose): Promise<Result<undefined, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ header, keys }) => {
      if (header.storage !== 'keyring') return ok();
      const key = applicationKey(keys.stableKey, purpose);
      return await saveStableKey(this.#context.keyring, header.vaultId, purpose, key);
    });
  }

  /** Saves the head of the audit log, to detect a rollback of the log. Never goes back to a shorter log. */
  async saveAuditHead(
    head: AuditHead,
    options: SaveAuditHeadOptions = {},
  ): Promise<Result<undefined, VaultFailure>> {
    return await this.#state.whileUnlocked(({ keys }) =>
      saveAuditHead(this.#context, keys.dataKey, head, options),
    );
  }

  /** The head of the audit log that was saved last; undefined if none was. */
  async readAuditHead(): Promise<Result<AuditHead | undefined, VaultFailure>> {
    return await this.#state.whileUnlocked(({ keys }) =>
      readAuditHead(this.#context, keys.dataKey),
    );
  }

  /** Fails with `rolled-back` if a file is older than the anchor, which is all that shows without a key. */
  async checkRollback(): Promise<Result<undefined, VaultFailure>> {
    return await findRollback(this.#context);
  }

  /** Adds a passphrase to a vault that has none. */
  async addPassphrase(passphrase: Secret): Promise<Result<undefined, VaultFailure>> {
    return await this.#changeSlots((key) => change.addPassphrase(this.#context, key, passphrase));
  }

  /**
   * Changes the passphrase but not the data key, so a copy of the old header still opens with the old
   * passphrase; `rekey` with a new passphrase prevents that. Leave out `current` only after unlocking
   * with the recovery code. With `requireBoth: false`, it then opens the vault without the keyring.
   */
  async changePassphrase(to: change.PassphraseChange): Promise<Result<undefined, VaultFailure>> {
    return await this.#changeSlots((key) => change.changePassphrase(this.#context, key, to));
  }

  /** Replaces the recovery code but not the data key, as `changePassphrase` does. */
  async newRecoveryCode(): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ keys }) => {
      const changed = await change.replaceRecoveryCode(this.#context, keys.dataKey);
      if (!changed.ok) return changed;
      this.#state.updateHeader(changed.value.header, keys);
      return ok({ recoveryCode: changed.value.recoveryCode });
    });
  }

  /** Adds a slot for this machine's keyring, or replaces it. */
  async addKeyring(): Promise<Result<undefined, VaultFailure>> {
    return await this.#changeSlots((dataKey) => change.replaceKeyringSlot(this.#context, dataKey));
  }

  /** Removes a key slot. Fails with `last-slot` if it is the only one. */
  async removeSlot(slotId: string): Promise<Result<undefined, VaultFailure>> {
    return await this.#changeSlots((dataKey) => change.removeSlot(this.#context, dataKey, slotId));
  }

  /** Moves the secrets to the other storage, after verifying the copy. */
  async migrate(migration: Migration): Promise<Result<MigrationReport, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ keys }) => {
      const moved = await migrate(this.#context, keys.dataKey, migration);
      // Even if it failed, the new storage may already be the current one.
      const header = await readVerifiedSlots(this.#context, keys.dataKey);
      if (header.ok) this.#state.updateHeader(header.value, keys);
      return moved.ok ? ok(moved.value.report) : moved;
    });
  }

  /** Writes the keys, secrets and parts to one file, encrypted with the backup's own passphrase. */
  async backUp(backup: BackupTarget): Promise<Result<BackupReport, VaultFailure>> {
    return await this.#state.whileUnlocked(({ keys }) => backUp(this.#context, keys, backup));
  }

  /** Opens a backup, of this vault or another one. */
  async openBackup(file: BackupFile): Promise<Result<OpenBackup, VaultFailure>> {
    return await readBackup(this.#context, file);
  }

  /** The vault that a backup was made of; undefined if the file isn't a backup. Needs no passphrase. */
  async originOfBackup(path: string): Promise<VaultId | undefined> {
    return await originOfBackup(this.#context, path);
  }

  /**
   * Replaces the secrets with those of a backup, and what `VaultOptions.placeRestored` moves into place. Keys and
   * slots don't change.
   */
  async restore(from: BackupFile | OpenBackup): Promise<Result<BackupReport, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ keys }) => {
      const backup = await this.#opened(from);
      if (!backup.ok) return backup;
      const { records, report } = backup.value;
      const restored = await restoreSecrets(this.#context, keys.dataKey, records);
      return restored.ok ? ok(report) : restored;
    });
  }

  /**
   * Creates a vault from a backup, with the backup's id and keys, so that its databases can be opened
   * again. The slots are new.
   */
  async createFromBackup(
    choice: VaultChoice,
    from: BackupFile | OpenBackup,
  ): Promise<Result<BackupReport & { readonly recoveryCode: Secret }, VaultFailure>> {
    if (this.#state.at !== 'absent') return failed({ reason: 'vault-exists' });
    const backup = await this.#opened(from);
    if (!backup.ok) return backup;
    const made = await this.#create(choice, backup.value.seed(this.#context.clock.nowMs()));
    return made.ok ? ok({ ...backup.value.report, ...made.value }) : made;
  }

  async #opened(from: BackupFile | OpenBackup): Promise<Result<OpenBackup, VaultFailure>> {
    return from instanceof OpenBackup ? ok(from) : await readBackup(this.#context, from);
  }

  /**
   * Gives the vault and its databases a new data key, and creates a new recovery code. The old key is
   * kept until another process calls `confirmRekey`.
   */
  async rekey(
    options: RekeyOptions = {},
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ keys }) => {
      const changed = await rekey(this.#context, keys, options);
      if (!changed.ok) return changed;
      const { header, dataKey, recoveryCode } = changed.value;
      this.#state.replaceDataKey(keys, header, dataKey);
      return ok({ recoveryCode });
    });
  }

  /** The operation in the journal, which isn't known to be finished; undefined if there is none. */
  async unfinished(): Promise<Result<Journal['operation'] | undefined, VaultFailure>> {
    const journal = await readJournal(this.#context);
    return journal.ok ? ok(journal.value?.operation) : journal;
  }

  /** Whether a rekey is waiting for `confirmRekey`. */
  async isRekeyUnconfirmed(): Promise<Result<boolean, VaultFailure>> {
    const journal = await readJournal(this.#context);
    return journal.ok ? ok(this.#isUnconfirmed(journal.value)) : journal;
  }

  /**
   * Opens every secret and database with the new data key and then destroys the old one. Throws in the
   * process that made the change, because what works there may only be in memory.
   */
  async confirmRekey(): Promise<Result<undefined, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ keys, rekeyedHere }) => {
      if (rekeyedHere) throw new Fault('a new data key is confirmed by another process');
      const journal = await readJournal(this.#context);
      if (!journal.ok) return journal;
      if (!this.#isUnconfirmed(journal.value)) return ok();
      return await confirmRekey(this.#context, keys.dataKey, journal.value);
    });
  }

  #isUnconfirmed(journal: Journal | undefined): journal is JournalOf<'rekey'> {
    return journal?.operation === 'rekey' && journal.newDataKeyId === this.#state.header?.dataKeyId;
  }

  async #create(
    choice: VaultChoice,
    seed: VaultSeed | undefined,
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    if (this.#state.at !== 'absent') return failed({ reason: 'vault-exists' });
    const made = await createVault(this.#context, choice, seed);
    if (made.ok) {
      this.#state.unlock(made.value.header, made.value.keys);
      return ok({ recoveryCode: made.value.recoveryCode });
    }
    const slots = made.failure.reason === 'vault-exists' ? await readSlots(this.#context) : ok();
    if (slots.ok && slots.value !== undefined) this.#state.setCreated(slots.value.header);
    return made;
  }

  async #changeSlots(
    work: (dataKey: DataKey) => change.ChangedSlots,
  ): Promise<Result<undefined, VaultFailure>> {
    return await this.#state.whileUnlocked(async ({ keys }) => {
      const changed = await work(keys.dataKey);
      if (!changed.ok) return changed;
      this.#state.updateHeader(changed.value, keys);
      return ok();
    });
  }
}
