import type { Secret } from '@postern/kernel';
import {
  keyringKek,
  keyringPassphraseKek,
  passphraseKek,
  recoveryKek,
} from '../slots/derive-kek.ts';
import type { DataKey } from '../slots/data-key.ts';
import { sealSlot } from '../slots/seal-slot.ts';
import { SALT_BYTES, type SlotOf } from '../slots/slot.ts';
import type { VaultContext } from './vault-context.ts';

type Maker = Pick<VaultContext, 'clock' | 'randomness' | 'machineId' | 'kdfCosts'>;

/** A slot for this machine's keyring, and its salt, which the caller stores in the keyring. */
export async function makeKeyringSlot(
  context: Maker,
  dataKey: DataKey,
): Promise<{ readonly slot: SlotOf<'keyring'>; readonly salt: Uint8Array }> {
  const salt = context.randomness.bytes(SALT_BYTES);
  const header = {
    ...newHeader(context),
    kind: 'keyring',
    kdf: { name: 'pbkdf2-hmac-sha512', iterations: context.kdfCosts.pbkdf2Iterations.written },
  } as const;
  const kek = await keyringKek(header.kdf, context.machineId, salt);
  return { slot: { ...header, ...sealSlot(header, kek, dataKey, context.randomness) }, salt };
}

export async function makePassphraseSlot(
  context: Maker,
  dataKey: DataKey,
  passphrase: Secret,
  id = newSlotId(context),
): Promise<SlotOf<'passphrase'>> {
  const header = {
    id,
    createdAtMs: context.clock.nowMs(),
    kind: 'passphrase',
    kdf: { name: 'argon2id', ...argon2Costs(context), salt: saltText(context) },
  } as const;
  const kek = await passphraseKek(header.kdf, passphrase);
  return { ...header, ...sealSlot(header, kek, dataKey, context.randomness) };
}

/** What the keyring adds to the passphrase. */
export interface KeyringPart {
  readonly slotId: string;
  readonly secret: Uint8Array;
}

/** The caller stores it in the keyring. */
export function newKeyringPart(context: Pick<Maker, 'randomness'>): KeyringPart {
  return { slotId: newSlotId(context), secret: context.randomness.bytes(SALT_BYTES) };
}

export async function makeKeyringPassphraseSlot(
  context: Maker,
  dataKey: DataKey,
  passphrase: Secret,
  { slotId, secret }: KeyringPart,
): Promise<SlotOf<'keyring-passphrase'>> {
  const header = {
    id: slotId,
    createdAtMs: context.clock.nowMs(),
    kind: 'keyring-passphrase',
    kdf: { name: 'argon2id-hkdf-sha256', ...argon2Costs(context), salt: saltText(context) },
  } as const;
  const kek = await keyringPassphraseKek(header.kdf, passphrase, secret);
  return { ...header, ...sealSlot(header, kek, dataKey, context.randomness) };
}

export function makeRecoverySlot(
  context: Maker,
  dataKey: DataKey,
  code: Uint8Array,
): SlotOf<'recovery'> {
  const header = {
    ...newHeader(context),
    kind: 'recovery',
    kdf: { name: 'hkdf-sha256', salt: saltText(context) },
  } as const;
  const kek = recoveryKek(header.kdf, code);
  return { ...header, ...sealSlot(header, kek, dataKey, context.randomness) };
}

function argon2Costs({ kdfCosts }: Maker) {
  const { memoryKiB, passes, lanes } = kdfCosts.argon2;
  return { memoryKiB: memoryKiB.written, passes: passes.written, lanes: lanes.written };
}

function newHeader(context: Maker) {
  return { id: newSlotId(context), createdAtMs: context.clock.nowMs() };
}

export function newSlotId({ randomness }: Pick<Maker, 'randomness'>): string {
  return Buffer.from(randomness.bytes(12)).toString('base64url');
}

function saltText({ randomness }: Maker): string {
  return Buffer.from(randomness.bytes(SALT_BYTES)).toString('base64url');
}
