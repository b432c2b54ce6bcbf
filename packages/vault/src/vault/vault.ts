import { failed, Fault, ok, type Result, type Secret } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import type { AuditHead } from '../anchor/anchor-file.ts';
import { anchorAudit, auditAnchor, type AnchorAuditOptions } from '../anchor/audit-anchor.ts';
import { findRollback } from '../anchor/generations.ts';
import { storeKeptKey, type KeptPurpose } from '../keyring/kept-key.ts';
import type { SecretStore } from '../secret-store.ts';
import { DataKeyWiped, type DataKey } from '../slots/data-key.ts';
import { slotInfo, type SlotInfo } from '../slots/slot.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import { wipeKeys, type VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import { applicationKey } from './application-key.ts';
import * as change from './change-slots.ts';
import { createVault, type VaultChoice, type VaultSeed } from './create-vault.ts';
import { readJournal, type Journal } from './journal.ts';
import { migrate, type Migration, type MigrationReport } from './migrate.ts';
import type { UnlockWay } from './open-data-key.ts';
import { readProvenSlots, readSlots } from '../slots/read-slots.ts';
import type { RekeyOptions } from './plan-rekey.ts';
import { confirmRekey, rekey } from './rekey.ts';
import { backUp, readBackup, reportOf, restoreSecrets, seedOf } from './restore.ts';
import type { BackupPlace, BackupReport } from './restore.ts';
import { unlockVault, type UnlockOptions } from './unlock.ts';
import type { VaultContext } from './vault-context.ts';
import { unlockedState, type State, type Unlocked } from './vault-state.ts';

/**
 * One vault in one directory. Only while it is unlocked does it hold the data key, and only then can
 * anything be opened with it; every other call fails `vault-absent` or `vault-locked`. A damaged vault
 * never becomes one of these: `openVault` and `unlock` fail instead.
 */
export class Vault {
  /** The secrets, in the storage that the vault was made with. */
  readonly secrets: SecretStore = {
    get: (name) => this.#inForce((secrets) => secrets.get(name)),
    put: (record) => this.#inForce((secrets) => secrets.put(record)),
    remove: (name) => this.#inForce((secrets) => secrets.remove(name)),
    list: () => this.#inForce((secrets) => secrets.list()),
  };
  readonly #context: VaultContext;
  #state: State;

  /** Called by `openVault`. */
  constructor(context: VaultContext, header: SlotsHeader | undefined) {
    this.#context = context;
    this.#state = header === undefined ? { at: 'absent' } : { at: 'locked', header };
  }

  get state(): State['at'] {
    return this.#state.at;
  }

  /** Undefined where there is no vault. */
  get id(): VaultId | undefined {
    return this.#header?.vaultId;
  }

  /** Where its secrets are; undefined where there is no vault. */
  get storage(): VaultStorage | undefined {
    return this.#header?.storage;
  }

  /** Every way to open it; what the header says, proven only once it is unlocked. */
  get slots(): readonly SlotInfo[] {
    return this.#header?.slots.map(slotInfo) ?? [];
  }

  /**
   * Makes the vault and leaves it unlocked. The recovery code is in the answer and nowhere else.
   * Fails `vault-exists` rather than touch one that is there; one that another process made meanwhile
   * can be unlocked then.
   */
  async create(
    choice: VaultChoice,
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#create(choice, undefined);
  }

  /**
   * Opens the vault, and completes what an operation left that was killed; fails `unfinished` instead
   * where the vault is open read-only. A wrong passphrase or code changes nothing, on disk or in the
   * keyring.
   */
  async unlock(way: UnlockWay, how?: UnlockOptions): Promise<Result<undefined, VaultFailure>> {
    const opened = await unlockVault(this.#context, way, how);
    if (!opened.ok) return opened;
    this.#enter(opened.value.header, opened.value.keys);
    return ok();
  }

  /** Overwrites the keys in memory. Keys derived from them are their holders' to drop. */
  lock(): void {
    if (this.#state.at !== 'unlocked') return;
    const { header, keys } = this.#state;
    wipeKeys(keys);
    this.#state = { at: 'locked', header };
  }

  /**
   * A key for one purpose, 32 bytes as 64 hexadecimal digits: HKDF-SHA256 of the data key with the
   * vault's id as salt and `postern/v1/app/` and the purpose as info. A change of the data key
   * changes it, so it is for what can be encrypted anew; name its database in `VaultOptions`.
   */
  deriveKey(purpose: string): Result<Secret, VaultFailure> {
    if (this.#state.at !== 'unlocked') return failed(this.#closed());
    return ok(applicationKey(this.#state.keys.dataKey, purpose));
  }

  /**
   * As `deriveKey`, but of a root that outlives every change of the data key: for MACs and keyed
   * hashes over what cannot be written anew. Never encrypt under it.
   */
  deriveLastingKey(purpose: string): Result<Secret, VaultFailure> {
    if (this.#state.at !== 'unlocked') return failed(this.#closed());
    return ok(applicationKey(this.#state.keys.lasting, purpose));
  }

  /**
   * Keeps a lasting key in the keyring beside the secrets, where those are in the keyring, so that
   * `openKeyringReadOnly` finds it. It goes when the secrets go. Nothing with the other storage.
   */
  async keepLastingKey(purpose: KeptPurpose): Promise<Result<undefined, VaultFailure>> {
    return await this.#unlocked(async ({ header, keys }) => {
      if (header.storage !== 'keyring') return ok();
      const key = applicationKey(keys.lasting, purpose);
      return await storeKeptKey(this.#context.keyring, header.vaultId, purpose, key);
    });
  }

  /** Keeps the head of the audit log where an older log is noticed; it never goes back to a shorter one. */
  async anchorAudit(
    head: AuditHead,
    options: AnchorAuditOptions = {},
  ): Promise<Result<undefined, VaultFailure>> {
    const keep = ({ keys }: Unlocked) => anchorAudit(this.#context, keys.dataKey, head, options);
    return await this.#unlocked(keep);
  }

  /** The head of the audit log that was kept last; undefined where none was. */
  async auditAnchor(): Promise<Result<AuditHead | undefined, VaultFailure>> {
    return await this.#unlocked(({ keys }) => auditAnchor(this.#context, keys.dataKey));
  }

  /** Whether a file was replaced by an older one, `rolled-back`, as far as that shows while it is locked. */
  async expectNewest(): Promise<Result<undefined, VaultFailure>> {
    return await findRollback(this.#context);
  }

  /** Adds a passphrase to a vault that has none. */
  async addPassphrase(passphrase: Secret): Promise<Result<undefined, VaultFailure>> {
    return await this.#change((key) => change.addPassphrase(this.#context, key, passphrase));
  }

  /**
   * Changes the passphrase and keeps the data key, to which an old header and the old passphrase still
   * lead; `rekey` with a new passphrase leaves them nothing. Give `current` wherever the person must show that they know it; leave it
   * out only after unlocking with the recovery code.
   */
  async changePassphrase(passphrases: {
    readonly next: Secret;
    readonly current?: Secret;
  }): Promise<Result<undefined, VaultFailure>> {
    const { next, current } = passphrases;
    return await this.#change((dataKey) =>
      change.changePassphrase(this.#context, dataKey, next, current),
    );
  }

  /** Makes a new recovery code and keeps the data key, as `changePassphrase` does. */
  async newRecoveryCode(): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#unlocked(async ({ keys }) => {
      const changed = await change.replaceRecoveryCode(this.#context, keys.dataKey);
      if (!changed.ok) return changed;
      this.#renew(changed.value.header, keys);
      return ok({ recoveryCode: changed.value.recoveryCode });
    });
  }

  /** Lets this machine's keyring open the vault; replaces the keyring slot where there is one. */
  async addKeyring(): Promise<Result<undefined, VaultFailure>> {
    return await this.#change((dataKey) => change.replaceKeyringSlot(this.#context, dataKey));
  }

  /** Removes one way to open the vault; `last-slot` where there would be none. */
  async removeSlot(slotId: string): Promise<Result<undefined, VaultFailure>> {
    return await this.#change((dataKey) => change.removeSlot(this.#context, dataKey, slotId));
  }

  /** Moves the secrets to the other storage: copied, read back, and only then in force. */
  async migrate(migration: Migration): Promise<Result<MigrationReport, VaultFailure>> {
    return await this.#unlocked(async ({ keys }) => {
      const moved = await migrate(this.#context, keys.dataKey, migration);
      // Also a failure may have come after the new storage was in force.
      const header = await readProvenSlots(this.#context, keys.dataKey);
      if (header.ok) this.#renew(header.value, keys);
      return moved.ok ? ok(moved.value.report) : moved;
    });
  }

  /** Writes keys and secrets into one file that only the backup's own passphrase opens. */
  async backUp(place: BackupPlace): Promise<Result<BackupReport, VaultFailure>> {
    return await this.#unlocked(({ keys }) => backUp(this.#context, keys, place));
  }

  /**
   * Makes the secrets exactly those of a backup; keys and slots stay. Everything is read and
   * checked before anything is changed.
   */
  async restore(place: BackupPlace): Promise<Result<BackupReport, VaultFailure>> {
    return await this.#unlocked(async ({ keys }) => {
      const backup = await readBackup(this.#context, place);
      if (!backup.ok) return backup;
      const restored = await restoreSecrets(this.#context, keys.dataKey, backup.value);
      return restored.ok ? ok(reportOf(backup.value)) : restored;
    });
  }

  /**
   * Makes the vault of a backup anew where there is none, with its id and its keys, so that its
   * databases open again. Its slots are new.
   */
  async createFromBackup(
    choice: VaultChoice,
    place: BackupPlace,
  ): Promise<Result<BackupReport & { readonly recoveryCode: Secret }, VaultFailure>> {
    if (this.#state.at !== 'absent') return failed({ reason: 'vault-exists' });
    const backup = await readBackup(this.#context, place);
    if (!backup.ok) return backup;
    const seed = seedOf(backup.value, this.#context.clock.nowMs());
    const made = await this.#create(choice, seed);
    return made.ok ? ok({ ...reportOf(backup.value), ...made.value }) : made;
  }

  /**
   * Gives the vault and its databases a new data key, and a new recovery code. The old key is kept
   * until `confirmRekey` was called in another process.
   */
  async rekey(
    options: RekeyOptions = {},
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#unlocked(async ({ keys }) => {
      const changed = await rekey(this.#context, keys, options);
      if (!changed.ok) return changed;
      const { header, dataKey, recoveryCode } = changed.value;
      if (this.#state.at === 'unlocked' && this.#state.keys === keys) {
        keys.dataKey.wipe();
        this.#enter(header, { dataKey, lasting: keys.lasting }, true);
      } else {
        dataKey.wipe();
      }
      return ok({ recoveryCode });
    });
  }

  /** What a process began with the vault and is not known to have finished; undefined for nothing. */
  async unfinished(): Promise<Result<Journal['operation'] | undefined, VaultFailure>> {
    const journal = await readJournal(this.#context);
    return journal.ok ? ok(journal.value?.operation) : journal;
  }

  /** Whether a change of the data key waits for `confirmRekey`. */
  async isRekeyUnconfirmed(): Promise<Result<boolean, VaultFailure>> {
    const journal = await readJournal(this.#context);
    return journal.ok ? ok(this.#isToConfirm(journal.value)) : journal;
  }

  /**
   * Destroys the old data key, after opening every secret and every database with the new one. A
   * fault in the process that made the change: what it has in memory proves nothing.
   */
  async confirmRekey(): Promise<Result<undefined, VaultFailure>> {
    return await this.#unlocked(async ({ keys, rekeyedHere }) => {
      if (rekeyedHere) throw new Fault('a new data key is confirmed by another process');
      const journal = await readJournal(this.#context);
      if (!journal.ok) return journal;
      if (!this.#isToConfirm(journal.value)) return ok();
      return await confirmRekey(this.#context, keys.dataKey, journal.value);
    });
  }

  #isToConfirm(journal: Journal | undefined): journal is Extract<Journal, { operation: 'rekey' }> {
    return journal?.operation === 'rekey' && journal.newDataKeyId === this.#header?.dataKeyId;
  }

  get #header(): SlotsHeader | undefined {
    return this.#state.at === 'absent' ? undefined : this.#state.header;
  }

  #enter(header: SlotsHeader, keys: VaultKeys, rekeyedHere = false): void {
    const before = this.#state;
    if (before.at === 'unlocked' && before.keys.lasting !== keys.lasting) wipeKeys(before.keys);
    this.#state = unlockedState(this.#context, header, keys, rekeyedHere);
  }

  async #create(
    choice: VaultChoice,
    seed: VaultSeed | undefined,
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    if (this.#state.at !== 'absent') return failed({ reason: 'vault-exists' });
    const made = await createVault(this.#context, choice, seed);
    if (made.ok) {
      this.#enter(made.value.header, made.value.keys);
      return ok({ recoveryCode: made.value.recoveryCode });
    }
    // Another process created the vault first: from now on it can be unlocked here.
    const slots = made.failure.reason === 'vault-exists' ? await readSlots(this.#context) : ok();
    if (slots.ok && slots.value !== undefined) {
      this.#state = { at: 'locked', header: slots.value.header };
    }
    return made;
  }

  /** A changed header of the same keys; nothing where the vault was locked meanwhile. */
  #renew(header: SlotsHeader, keys: VaultKeys): void {
    if (this.#state.at === 'unlocked' && this.#state.keys === keys) {
      this.#enter(header, keys, this.#state.rekeyedHere);
    }
  }

  /** Works on the storage that the header names now: another process may have moved the secrets. */
  async #inForce<T>(
    work: (secrets: SecretStore) => Promise<Result<T, VaultFailure>>,
  ): Promise<Result<T, VaultFailure>> {
    return await this.#unlocked(async ({ header, keys, secrets }) => {
      const now = await readProvenSlots(this.#context, keys.dataKey);
      if (!now.ok) return now;
      if (now.value.storage === header.storage) return await work(secrets);
      this.#renew(now.value, keys);
      return this.#state.at === 'unlocked'
        ? await work(this.#state.secrets)
        : failed(this.#closed());
    });
  }

  async #change(
    work: (dataKey: DataKey) => change.ChangedSlots,
  ): Promise<Result<undefined, VaultFailure>> {
    return await this.#unlocked(async ({ keys }) => {
      const changed = await work(keys.dataKey);
      if (!changed.ok) return changed;
      this.#renew(changed.value, keys);
      return ok();
    });
  }

  async #unlocked<T>(
    work: (state: Unlocked) => Promise<Result<T, VaultFailure>>,
  ): Promise<Result<T, VaultFailure>> {
    if (this.#state.at !== 'unlocked') return failed(this.#closed());
    try {
      return await work(this.#state);
    } catch (error) {
      if (error instanceof DataKeyWiped) return failed(this.#closed());
      throw error;
    }
  }

  #closed(): VaultFailure {
    return { reason: this.#state.at === 'absent' ? 'vault-absent' : 'vault-locked' };
  }
}
