import { createHash } from 'node:crypto';
import type { Randomness, Secret } from '@postern/kernel';
import * as v from 'valibot';
import { isWithin, type KdfCosts } from '../kdf-costs.ts';
import type { DataKey } from '../slots/data-key.ts';
import { KEY_WRAP, PBES2, pbes2Kek, unwrapKey, wrapKey } from '../primitives/key-wrap.ts';

const SALT_BYTES = 16;

/** A wrapped key of 32 bytes takes 40 bytes, or 54 characters. */
const wrappedKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{54}$/));
const base64url16 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/));
const keyId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));

const PassphraseRecipient = v.strictObject({
  header: v.strictObject({
    alg: v.literal(PBES2),
    kid: keyId,
    /** Any positive integer; `hasAcceptedCost` checks the bounds. */
    p2c: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    p2s: base64url16,
  }),
  encrypted_key: wrappedKey,
});

const DataKeyRecipient = v.strictObject({
  header: v.strictObject({ alg: v.literal(KEY_WRAP), kid: keyId }),
  encrypted_key: wrappedKey,
});

export const RecipientsSchema = v.union([
  v.strictTuple([PassphraseRecipient, DataKeyRecipient]),
  v.strictTuple([DataKeyRecipient]),
  v.strictTuple([PassphraseRecipient]),
]);

/** The recipients of a sealed file. For each, the content key is wrapped once. */
export type Recipients = v.InferOutput<typeof RecipientsSchema>;
type Recipient = Recipients[number];
export type PassphraseRecipient = v.InferOutput<typeof PassphraseRecipient>;
export type DataKeyRecipient = v.InferOutput<typeof DataKeyRecipient>;

/** The content key of a sealed file and its recipients. */
export interface ContentKey {
  readonly key: Uint8Array;
  readonly recipients: Recipients;
}

/** The options for creating recipients. */
export interface Sealing {
  readonly randomness: Randomness;
  readonly kdfCosts: KdfCosts;
}

/** A passphrase and its slot. */
export interface SlotPassphrase {
  readonly slotId: string;
  readonly passphrase: Secret;
}

export async function passphraseRecipient(
  key: Uint8Array,
  { slotId, passphrase }: SlotPassphrase,
  { randomness, kdfCosts }: Sealing,
): Promise<PassphraseRecipient> {
  const p2c = kdfCosts.pbes2Count.written;
  const p2s = Buffer.from(randomness.bytes(SALT_BYTES)).toString('base64url');
  const kek = await pbes2Kek(passphrase, p2s, p2c);
  return {
    header: { alg: PBES2, kid: slotId, p2c, p2s },
    encrypted_key: wrapKey(kek, key).toString('base64url'),
  };
}

export function dataKeyRecipient(
  key: Uint8Array,
  dataKey: DataKey,
  purpose: string,
): DataKeyRecipient {
  const wrapped = wrapKey(dataKey.derive(purpose), key).toString('base64url');
  return { header: { alg: KEY_WRAP, kid: dataKey.id }, encrypted_key: wrapped };
}

export function findPassphrase(recipients: Recipients): PassphraseRecipient | undefined {
  const all: readonly Recipient[] = recipients;
  return all.find((one): one is PassphraseRecipient => one.header.alg === PBES2);
}

export function findDataKey(recipients: Recipients): DataKeyRecipient | undefined {
  const all: readonly Recipient[] = recipients;
  return all.find((one): one is DataKeyRecipient => one.header.alg === KEY_WRAP);
}

/** Whether the passphrase recipient's key derivation cost is within the bounds. */
export function hasAcceptedCost(recipients: Recipients, { pbes2Count }: KdfCosts): boolean {
  const passphrase = findPassphrase(recipients);
  return passphrase === undefined || isWithin(passphrase.header.p2c, pbes2Count);
}

export function openWithDataKey(
  recipients: Recipients,
  dataKey: DataKey,
  purpose: string,
): Uint8Array | undefined {
  const recipient = findDataKey(recipients);
  return recipient && unwrapKey(dataKey.derive(purpose), wrappedKeyOf(recipient));
}

export async function openWithPassphrase(
  recipients: Recipients,
  passphrase: Secret,
): Promise<Uint8Array | undefined> {
  const recipient = findPassphrase(recipients);
  if (recipient === undefined) return undefined;
  const { p2s, p2c } = recipient.header;
  return unwrapKey(await pbes2Kek(passphrase, p2s, p2c), wrappedKeyOf(recipient));
}

function wrappedKeyOf(recipient: Recipient): Buffer {
  return Buffer.from(recipient.encrypted_key, 'base64url');
}

/** The file's associated data: it binds the recipients, so that none can be replaced or added. */
export function digestOfRecipients(recipients: Recipients): Uint8Array {
  return createHash('sha256').update(JSON.stringify(recipients), 'utf8').digest();
}
