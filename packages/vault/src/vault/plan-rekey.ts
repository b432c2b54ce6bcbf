import { expectOk, failed, ok, type Result, type Secret } from '@postern/kernel';
import type { ContentKey } from '../file/recipients.ts';
import { newContentKey } from '../file/secrets-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { newRecoveryCode, parseRecoveryCode } from '../recovery-code.ts';
import { newDataKey, type DataKey } from '../slots/data-key.ts';
import { sealNextKey } from '../slots/next-key.ts';
import { passphraseSlotOf, requiresBoth, type PassphraseSlot, type Slot } from '../slots/slot.ts';
import { encodeSlots, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { expectNoJournal, type JournalOf } from './journal.ts';
import {
  makeKeyringPassphraseSlot,
  makePassphraseSlot,
  makeRecoverySlot,
  newKeyringPart,
  newSlotId,
  type KeyringPart,
} from './make-slot.ts';
import { expectKeyring, expectPassphrase } from './open-data-key.ts';
import type { VaultContext } from './vault-context.ts';

export interface RekeyOptions {
  /** The vault's passphrase, required if it has one. It doesn't change without `newPassphrase`. */
  readonly passphrase?: Secret;
  /** The new passphrase. Leave out `passphrase` only after unlocking with the recovery code. */
  readonly newPassphrase?: Secret;
  /**
   * Whether the passphrase then opens the vault only together with the keyring, and the keyring doesn't open it alone.
   * Doesn't change without it. Only with file storage, because other secrets are in the keyring as they are.
   */
  readonly requireBoth?: boolean;
  /** Called before each step, in order. */
  readonly onProgress?: (step: RekeyStep) => void;
}

export type RekeyStep =
  | { readonly step: 'slots' }
  | { readonly step: 'secrets' }
  | { readonly step: 'database'; readonly purpose: string }
  | { readonly step: 'switch' };

export type RekeyJournal = JournalOf<'rekey'>;

/** A rekey in progress. */
export interface Change {
  readonly journal: RekeyJournal;
  readonly old: DataKey;
  readonly next: DataKey;
  /** For the new secrets file. Undefined without a passphrase, and when an interrupted rekey resumes. */
  readonly contentKey: ContentKey | undefined;
  /** To be stored in the keyring. Undefined if the new header needs none, and when an interrupted rekey resumes. */
  readonly keyringPart: KeyringPart | undefined;
  readonly onProgress: ((step: RekeyStep) => void) | undefined;
  /** The purposes of the databases that have, or may have, their new key. */
  readonly rekeyedDatabases: Set<string>;
}

/** The new key, and what the passphrase needs to open it. */
interface PreparedRekey {
  readonly next: DataKey;
  readonly made: MadeForPassphrase | undefined;
}

/** Checks whether a rekey is possible, and does the slow key derivations. Writes nothing. */
export async function prepareRekey(
  context: VaultContext,
  header: SlotsHeader,
  options: RekeyOptions,
): Promise<Result<PreparedRekey, VaultFailure>> {
  const ready = await checkRekey(context, header, options);
  if (!ready.ok) return ready;
  const next = newDataKey(header.vaultId, context.randomness);
  // Each derivation takes a few tenths of a second of CPU time, so they run in parallel.
  const [proven, made] = await Promise.all([
    provePassphrase(context, header, options),
    makeForPassphrase(context, header, next, options),
  ]);
  return proven.ok ? ok({ next, made }) : proven;
}

/** Checks everything except whether the passphrase is right. */
async function checkRekey(
  context: VaultContext,
  header: SlotsHeader,
  options: RekeyOptions,
): Promise<Result<undefined, VaultFailure>> {
  const { passphrase, newPassphrase, requireBoth = requiresBoth(header) } = options;
  const fit = newPassphrase === undefined ? ok() : checkPassphrase(newPassphrase);
  if (!fit.ok) return fit;
  const free = await expectNoJournal(context);
  if (!free.ok) return free;
  if (requireBoth && header.storage === 'keyring') {
    return failed({ reason: 'backend-changed', recorded: 'keyring', found: 'file' });
  }
  const isNeeded = requireBoth || passphraseSlotOf(header) !== undefined;
  if (isNeeded && passphrase === undefined && newPassphrase === undefined) {
    return failed({ reason: 'passphrase-needed' });
  }
  return requireBoth ? await expectKeyring(context) : ok();
}

async function provePassphrase(
  context: VaultContext,
  header: SlotsHeader,
  { passphrase }: RekeyOptions,
): Promise<Result<undefined, VaultFailure>> {
  if (passphraseSlotOf(header) === undefined || passphrase === undefined) return ok();
  return await expectPassphrase(context, header, passphrase);
}

/** The passphrase's slot and recipient for the new data key. */
interface MadeForPassphrase {
  readonly slot: PassphraseSlot;
  /** Undefined with keyring storage. */
  readonly contentKey: ContentKey | undefined;
  readonly keyringPart: KeyringPart | undefined;
}

async function makeForPassphrase(
  context: VaultContext,
  header: SlotsHeader,
  next: DataKey,
  options: RekeyOptions,
): Promise<MadeForPassphrase | undefined> {
  const { passphrase: present, newPassphrase, requireBoth = requiresBoth(header) } = options;
  const kept = passphraseSlotOf(header) === undefined ? undefined : present;
  const passphrase = newPassphrase ?? kept;
  if (passphrase === undefined) return undefined;
  if (requireBoth) {
    const keyringPart = newKeyringPart(context);
    const slot = await makeKeyringPassphraseSlot(context, next, passphrase, keyringPart);
    // The file has no recipient for the passphrase, which would open it without the keyring.
    return { slot, contentKey: await newContentKey(next, undefined, context), keyringPart };
  }
  const slotId = newSlotId(context);
  const [slot, contentKey] = await Promise.all([
    makePassphraseSlot(context, next, passphrase, slotId),
    header.storage === 'file' ? newContentKey(next, { slotId, passphrase }, context) : undefined,
  ]);
  return { slot, contentKey, keyringPart: undefined };
}

export function planRekey(
  context: VaultContext,
  { dataKey: old, stableKey }: VaultKeys,
  before: SlotsHeader,
  { next, made }: PreparedRekey,
): { readonly change: Change; readonly recoveryCode: Secret } {
  const { randomness } = context;
  const recoveryCode = newRecoveryCode(randomness);
  const recovery = makeRecoverySlot(context, next, expectOk(parseRecoveryCode(recoveryCode)));
  const slots: readonly Slot[] = made === undefined ? [recovery] : [made.slot, recovery];
  const header = {
    ...before,
    generation: before.generation + 1,
    slots,
    dataKeyId: next.id,
    stableKey: stableKey.seal(next, randomness),
  };
  const journal: RekeyJournal = {
    version: 1,
    operation: 'rekey',
    vaultId: before.vaultId,
    oldHeader: encodeSlots(before, old).toString('utf8'),
    newHeader: encodeSlots(header, next).toString('utf8'),
    newDataKeyId: next.id,
    newKey: sealNextKey(old, next, randomness),
  };
  const { contentKey, keyringPart } = made ?? {};
  const rekeyedDatabases = new Set<string>();
  const fresh = { contentKey, keyringPart, onProgress: undefined, rekeyedDatabases };
  const change = { journal, old, next, ...fresh };
  return { change, recoveryCode };
}
