import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { probeKeyring } from '../keyring/probe-keyring.ts';
import { parseRecoveryCode } from '../recovery-code.ts';
import {
  keyringKek,
  keyringPassphraseKek,
  passphraseKek,
  recoveryKek,
} from '../slots/derive-kek.ts';
import type { DataKey } from '../slots/data-key.ts';
import { openSlot } from '../slots/seal-slot.ts';
import { slotsOf, type Slot, type SlotKind, type SlotOf } from '../slots/slot.ts';
import { readSlots } from '../slots/read-slots.ts';
import { SLOTS_FILE, type SlotsHeader, type UnverifiedSlots } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { loadSalt } from './keyring-salt.ts';
import type { VaultContext } from './vault-context.ts';

/** How to unlock a vault. If it requires both, the passphrase needs the keyring too. */
export type UnlockMethod =
  | { readonly with: 'keyring' }
  | { readonly with: 'passphrase'; readonly passphrase: Secret }
  | { readonly with: 'recovery'; readonly code: Secret };

/** What a person knows. */
export type VaultProof = Exclude<UnlockMethod, { readonly with: 'keyring' }>;

export interface OpenedDataKey {
  readonly dataKey: DataKey;
  /** The slot that opened it. */
  readonly slot: Slot;
}

/** Opens the data key and verifies the header with it. Changes nothing. */
export async function openDataKey(
  context: VaultContext,
  slots: UnverifiedSlots,
  method: UnlockMethod,
): Promise<Result<OpenedDataKey, VaultFailure>> {
  const opened = await openBy(context, slots.header, method);
  if (!opened.ok || slots.isVerifiedBy(opened.value.dataKey)) return opened;
  opened.value.dataKey.wipe();
  return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'altered' });
}

/** Opens the data key with a passphrase or a recovery code, and forgets it again. */
export async function proveMethod(
  context: VaultContext,
  proof: VaultProof,
): Promise<Result<undefined, VaultFailure>> {
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value === undefined) return failed({ reason: 'vault-absent' });
  const opened = await openDataKey(context, slots.value, proof);
  if (!opened.ok) return opened;
  opened.value.dataKey.wipe();
  return ok();
}

/** Fails with `wrong-passphrase` if the passphrase doesn't open its slot. */
export async function expectPassphrase(
  context: VaultContext,
  header: SlotsHeader,
  passphrase: Secret,
): Promise<Result<undefined, VaultFailure>> {
  const opened = await openByPassphrase(context, header, passphrase);
  if (!opened.ok) return opened;
  opened.value.dataKey.wipe();
  return ok();
}

async function openBy(
  context: VaultContext,
  header: SlotsHeader,
  method: UnlockMethod,
): Promise<Result<OpenedDataKey, VaultFailure>> {
  switch (method.with) {
    case 'keyring':
      return await openByKeyring(context, header);
    case 'passphrase':
      return await openByPassphrase(context, header, method.passphrase);
    case 'recovery': {
      const code = parseRecoveryCode(method.code);
      if (!code.ok) return code;
      return await tryEach(header, 'recovery', 'wrong-recovery-code', ({ kdf }) =>
        Promise.resolve(recoveryKek(kdf, code.value)),
      );
    }
  }
}

async function openByPassphrase(
  context: VaultContext,
  header: SlotsHeader,
  passphrase: Secret,
): Promise<Result<OpenedDataKey, VaultFailure>> {
  const [both] = slotsOf(header, 'keyring-passphrase');
  if (both !== undefined) return await openByBoth(context, header, both, passphrase);
  return await tryEach(header, 'passphrase', 'wrong-passphrase', ({ kdf }) =>
    passphraseKek(kdf, passphrase),
  );
}

async function openByBoth(
  context: VaultContext,
  header: SlotsHeader,
  slot: SlotOf<'keyring-passphrase'>,
  passphrase: Secret,
): Promise<Result<OpenedDataKey, VaultFailure>> {
  const secret = await loadKeyringPart(context, header, slot.id);
  if (!secret.ok) return secret;
  const kek = await keyringPassphraseKek(slot.kdf, passphrase, secret.value);
  const dataKey = openSlot(slot, kek, header.vaultId, header.dataKeyId);
  return dataKey === undefined ? failed({ reason: 'wrong-passphrase' }) : ok({ dataKey, slot });
}

/** What the keyring adds to the passphrase. Fails with `keyring-part-missing` if it can't be had, unless that is temporary. */
export async function loadKeyringPart(
  { keyring, randomness }: Pick<VaultContext, 'keyring' | 'randomness'>,
  { vaultId }: SlotsHeader,
  slotId: string,
): Promise<Result<Uint8Array, VaultFailure>> {
  const secret = await loadSalt(keyring, vaultId, slotId);
  if (!secret.ok) return failed(withoutKeyring(secret.failure));
  if (secret.value !== undefined) return ok(secret.value);
  // A service without a keyring finds nothing either.
  const works = await expectKeyring({ keyring, randomness });
  return works.ok ? failed({ reason: 'keyring-part-missing', cause: 'removed' }) : works;
}

/** Fails if the keyring can't store what it adds to the passphrase. */
export async function expectKeyring({
  keyring,
  randomness,
}: Pick<VaultContext, 'keyring' | 'randomness'>): Promise<Result<undefined, VaultFailure>> {
  const probe = await probeKeyring(keyring, randomness);
  return probe.available ? ok() : failed(withoutKeyring(probe.failure));
}

function withoutKeyring(failure: VaultFailure): VaultFailure {
  if (failure.reason === 'keyring-unavailable') {
    return { reason: 'keyring-part-missing', cause: failure.cause };
  }
  // A damaged entry is lost, too, and its remedy is the recovery code.
  return failure.reason === 'vault-damaged'
    ? { reason: 'keyring-part-missing', cause: 'removed' }
    : failure;
}

async function tryEach<Kind extends SlotKind>(
  header: SlotsHeader,
  kind: Kind,
  wrong: 'wrong-passphrase' | 'wrong-recovery-code',
  kekOf: (slot: SlotOf<Kind>) => Promise<Uint8Array>,
): Promise<Result<OpenedDataKey, VaultFailure>> {
  const slots = slotsOf(header, kind);
  if (slots.length === 0) return failed({ reason: 'slot-missing', kind });
  for (const slot of slots) {
    const dataKey = openSlot(slot, await kekOf(slot), header.vaultId, header.dataKeyId);
    if (dataKey !== undefined) return ok({ dataKey, slot });
  }
  return failed({ reason: wrong });
}

async function openByKeyring(
  context: VaultContext,
  header: SlotsHeader,
): Promise<Result<OpenedDataKey, VaultFailure>> {
  const { keyring, machineId, randomness } = context;
  const slots = slotsOf(header, 'keyring');
  if (slots.length === 0) return failed({ reason: 'slot-missing', kind: 'keyring' });
  let found = false;
  for (const slot of slots) {
    const salt = await loadSalt(keyring, header.vaultId, slot.id);
    if (!salt.ok) return salt;
    if (salt.value === undefined) continue;
    found = true;
    const kek = await keyringKek(slot.kdf, machineId, salt.value);
    const dataKey = openSlot(slot, kek, header.vaultId, header.dataKeyId);
    if (dataKey !== undefined) return ok({ dataKey, slot });
  }
  const recorded = header.storage;
  if (found) return failed({ reason: 'backend-changed', recorded, found: 'other-machine' });
  // A service without a keyring finds nothing either. Only a probe can tell the difference.
  const probe = await probeKeyring(keyring, randomness);
  if (!probe.available) return failed(probe.failure);
  return failed({ reason: 'backend-changed', recorded, found: 'empty-keyring' });
}
