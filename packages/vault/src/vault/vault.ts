import { failed, Fault, ok, Secret, type Result } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { fileStore } from '../file/file-store.ts';
import { keyringStore } from '../keyring/keyring-store.ts';
import type { SecretStore } from '../secret-store.ts';
import { DataKeyWiped, type DataKey } from '../slots/data-key.ts';
import { slotInfo, type SlotInfo } from '../slots/slot.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import * as change from './change-slots.ts';
import { createVault, type VaultChoice } from './create-vault.ts';
import { openDataKey, type UnlockWay } from './open-data-key.ts';
import { readSlots } from './read-slots.ts';
import type { VaultContext } from './vault-context.ts';

type State =
  | { readonly at: 'absent' }
  | { readonly at: 'locked'; readonly header: SlotsHeader }
  | {
      readonly at: 'unlocked';
      readonly header: SlotsHeader;
      readonly dataKey: DataKey;
      readonly secrets: SecretStore;
    };

type Unlocked = Extract<State, { at: 'unlocked' }>;

/** What `deriveKey` takes: part of every derived key, so it never changes its meaning. */
const PURPOSE = /^[a-z0-9][a-z0-9./-]{0,99}$/;

/**
 * One vault in one directory. Only while it is unlocked does it hold the data key, and only then can
 * anything be opened with it; every other call fails `vault-absent` or `vault-locked`. A damaged vault
 * never becomes one of these: `openVault` and `unlock` fail instead.
 */
export class Vault {
  /** The secrets, in the storage that the vault was made with. */
  readonly secrets: SecretStore = {
    get: (name) => this.#unlocked(({ secrets }) => secrets.get(name)),
    put: (record) => this.#unlocked(({ secrets }) => secrets.put(record)),
    remove: (name) => this.#unlocked(({ secrets }) => secrets.remove(name)),
    list: () => this.#unlocked(({ secrets }) => secrets.list()),
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
   * Fails `vault-exists` rather than touch one that is there.
   */
  async create(
    choice: VaultChoice,
  ): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    if (this.#state.at !== 'absent') return failed({ reason: 'vault-exists' });
    const made = await createVault(this.#context, choice);
    if (!made.ok) return made;
    const { header, dataKey, recoveryCode } = made.value;
    this.#enter(header, dataKey);
    return ok({ recoveryCode });
  }

  /** Opens the data key. Whatever fails changes nothing, on disk or in the keyring. */
  async unlock(way: UnlockWay): Promise<Result<undefined, VaultFailure>> {
    const slots = await readSlots(this.#context);
    if (!slots.ok) return slots;
    if (slots.value === undefined) return failed({ reason: 'vault-absent' });
    const opened = await openDataKey(this.#context, slots.value, way);
    if (!opened.ok) return opened;
    const { dataKey, slot } = opened.value;
    const { header } = slots.value;
    if (way.with === 'passphrase' && header.storage === 'file') {
      // What cannot be healed now is healed at the next unlocking; it does not keep anybody out.
      const { passphrase } = way;
      await change.healPassphraseRecipient(this.#context, dataKey, { slotId: slot.id, passphrase });
    }
    this.#enter(header, dataKey);
    return ok();
  }

  /** Overwrites the data key in memory. Keys derived from it are their holders' to drop. */
  lock(): void {
    if (this.#state.at !== 'unlocked') return;
    const { header, dataKey } = this.#state;
    dataKey.wipe();
    this.#state = { at: 'locked', header };
  }

  /**
   * A key for one purpose, 32 bytes as 64 hexadecimal digits: HKDF-SHA256 of the data key with the
   * vault's id as salt and `postern/v1/app/` and the purpose as info.
   */
  deriveKey(purpose: string): Result<Secret, VaultFailure> {
    if (!PURPOSE.test(purpose)) throw new Fault('not a valid purpose');
    if (this.#state.at !== 'unlocked') return failed(this.#closed());
    const key = this.#state.dataKey.derive(`postern/v1/app/${purpose}`);
    return ok(Secret.of(key.toString('hex')));
  }

  /** Adds a passphrase to a vault that has none. */
  async addPassphrase(passphrase: Secret): Promise<Result<undefined, VaultFailure>> {
    return await this.#change((dataKey) =>
      change.addPassphrase(this.#context, dataKey, passphrase),
    );
  }

  /**
   * Changes the passphrase. Give `current` wherever the person must show that they know it; leave it
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

  /** Makes a new recovery code; the one before opens nothing any more. */
  async newRecoveryCode(): Promise<Result<{ readonly recoveryCode: Secret }, VaultFailure>> {
    return await this.#unlocked(async ({ dataKey }) => {
      const changed = await change.replaceRecoveryCode(this.#context, dataKey);
      if (!changed.ok) return changed;
      this.#renew(changed.value.header, dataKey);
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

  get #header(): SlotsHeader | undefined {
    return this.#state.at === 'absent' ? undefined : this.#state.header;
  }

  #enter(header: SlotsHeader, dataKey: DataKey): void {
    if (this.#state.at === 'unlocked') this.#state.dataKey.wipe();
    const { directory, disk, lock, randomness, keyring } = this.#context;
    const secrets =
      header.storage === 'file'
        ? fileStore({ directory, disk, lock, randomness, dataKey })
        : keyringStore({ vaultId: header.vaultId, keyring, lock });
    this.#state = { at: 'unlocked', header, dataKey, secrets };
  }

  #renew(header: SlotsHeader, dataKey: DataKey): void {
    if (this.#state.at === 'unlocked' && this.#state.dataKey === dataKey) {
      this.#state = { ...this.#state, header };
    }
  }

  async #change(
    work: (dataKey: DataKey) => change.ChangedSlots,
  ): Promise<Result<undefined, VaultFailure>> {
    return await this.#unlocked(async ({ dataKey }) => {
      const changed = await work(dataKey);
      if (!changed.ok) return changed;
      this.#renew(changed.value, dataKey);
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
