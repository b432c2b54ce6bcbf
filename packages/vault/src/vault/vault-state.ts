import { failed, ok, type Result } from '@postern/kernel';
import { storeGenerations } from '../anchor/generations.ts';
import type { SecretStore } from '../secret-store.ts';
import { DataKeyWiped, type DataKey } from '../slots/data-key.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import { wipeKeys, type VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import { storeOf, type VaultContext } from './vault-context.ts';

type State =
  { readonly at: 'absent' } | { readonly at: 'locked'; readonly header: SlotsHeader } | Unlocked;

export interface Unlocked {
  readonly at: 'unlocked';
  readonly header: SlotsHeader;
  readonly keys: VaultKeys;
  readonly secrets: SecretStore;
  /** Whether this process created the current data key. */
  readonly rekeyedHere: boolean;
}

/** Whether a vault is absent, locked or unlocked. Holds its keys while it is unlocked. */
export class VaultState {
  readonly #context: VaultContext;
  #state: State;
  /** The id of the data key that this process created last. */
  #createdHere: string | undefined;

  constructor(context: VaultContext, header: SlotsHeader | undefined) {
    this.#context = context;
    this.#state = header === undefined ? { at: 'absent' } : { at: 'locked', header };
  }

  get at(): State['at'] {
    return this.#state.at;
  }

  get header(): SlotsHeader | undefined {
    return this.#state.at === 'absent' ? undefined : this.#state.header;
  }

  /** The unlocked state, or `vault-absent` or `vault-locked`. */
  get unlocked(): Result<Unlocked, VaultFailure> {
    if (this.#state.at === 'unlocked') return ok(this.#state);
    return failed({ reason: this.#state.at === 'absent' ? 'vault-absent' : 'vault-locked' });
  }

  /** Another process created the vault. */
  setCreated(header: SlotsHeader): void {
    this.#state = { at: 'locked', header };
  }

  unlock(header: SlotsHeader, keys: VaultKeys): void {
    if (this.#state.at === 'unlocked') wipeKeys(this.#state.keys);
    this.#enter(header, keys);
  }

  /** Overwrites the keys in memory. */
  lock(): void {
    if (this.#state.at !== 'unlocked') return;
    const { header, keys } = this.#state;
    wipeKeys(keys);
    this.#state = { at: 'locked', header };
  }

  /** Takes a changed header. Does nothing if the vault was locked in the meantime. */
  updateHeader(header: SlotsHeader, keys: VaultKeys): void {
    if (this.#state.at === 'unlocked' && this.#state.keys === keys) {
      this.#enter(header, keys);
    }
  }

  /** Replaces the data key of `keys`. Only wipes the new one if the vault was locked meanwhile. */
  replaceDataKey(keys: VaultKeys, header: SlotsHeader, dataKey: DataKey): void {
    this.#createdHere = dataKey.id;
    if (this.#state.at === 'unlocked' && this.#state.keys === keys) {
      keys.dataKey.wipe();
      this.#enter(header, { dataKey, stableKey: keys.stableKey });
    } else {
      dataKey.wipe();
    }
  }

  /** Runs `work` while unlocked. If the vault is locked meanwhile, fails with `vault-locked`. */
  async whileUnlocked<T>(
    work: (state: Unlocked) => Promise<Result<T, VaultFailure>>,
  ): Promise<Result<T, VaultFailure>> {
    const state = this.unlocked;
    if (!state.ok) return state;
    try {
      return await work(state.value);
    } catch (error) {
      if (error instanceof DataKeyWiped) return failed({ reason: 'vault-locked' });
      throw error;
    }
  }

  /** Runs `work` with the secrets, after checking whether another process moved them. */
  async withSecrets<T>(
    work: (secrets: SecretStore) => Promise<Result<T, VaultFailure>>,
  ): Promise<Result<T, VaultFailure>> {
    return await this.whileUnlocked(async ({ header, keys, secrets }) => {
      const now = await readVerifiedSlots(this.#context, keys.dataKey);
      if (!now.ok) return now;
      if (now.value.storage === header.storage) return await work(secrets);
      this.updateHeader(now.value, keys);
      const state = this.unlocked;
      return state.ok ? await work(state.value.secrets) : state;
    });
  }

  #enter(header: SlotsHeader, keys: VaultKeys): void {
    const { dataKey } = keys;
    const rekeyedHere = dataKey.id === this.#createdHere;
    const context = withStorageCheck(this.#context, header.storage, dataKey);
    const generations = storeGenerations(context, header, dataKey);
    const secrets = storeOf(context, header.storage, dataKey, generations);
    this.#state = { at: 'unlocked', header, keys, secrets, rekeyedHere };
  }
}

/**
 * The same context with a lock that checks, once it is held, that the vault still has this storage and
 * this data key. Otherwise a process that waited for the lock could write to the old storage.
 */
function withStorageCheck(
  context: VaultContext,
  storage: VaultStorage,
  dataKey: DataKey,
): VaultContext {
  return {
    ...context,
    lock: {
      hold: (work) =>
        context.lock.hold(async () => {
          const header = await readVerifiedSlots(context, dataKey);
          if (!header.ok) return header;
          return header.value.storage === storage ? await work() : failed({ reason: 'vault-busy' });
        }),
    },
  };
}
