import { failed, isJsonObject, ok, type JsonValue, type Result } from '@postern/kernel';
import { secretName, type SecretName } from '@postern/protocol';
import type { KdfCosts } from '../kdf-costs.ts';
import { recordFromWire, type RecordWire } from '../record-wire.ts';
import type { SecretRecord } from '../secret-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import type { VaultFailure } from '../vault-failure.ts';
import {
  dataKeyRecipient,
  findDataKey,
  openWithDataKey,
  openWithPassphrase,
  passphraseRecipient,
  type ContentKey,
  type Sealing,
  type SlotPassphrase,
} from './recipients.ts';
import { parseSealedJson, sealJson, type SealedKind } from './sealed-json.ts';
import type { Secret } from '@postern/kernel';

/** The wire forms of all secrets by name. */
export type SecretsByName = ReadonlyMap<SecretName, RecordWire>;

export interface OpenedSecrets {
  readonly secrets: ReadonlyMap<SecretName, SecretRecord>;
  readonly contentKey: ContentKey;
  /** How many times the file was written; 0 for version 1. */
  readonly generation: number;
}

export const SECRETS_FILE = 'secrets.jwe.json';
/** The staged file: once verified, it replaces `SECRETS_FILE` or is copied into the keyring. */
export const NEXT_SECRETS_FILE = 'secrets.next.jwe.json';
export const SECRETS_KIND: SealedKind = {
  typ: 'postern-secrets',
  file: SECRETS_FILE,
  maxBytes: 16 * 1024 * 1024,
  version: 2,
};
const KEK_PURPOSE = 'postern/v1/secrets-file';
const CONTENT_VERSION = 1;

/** A new content key that the data key opens and, if there is a passphrase, the passphrase too. */
export async function newContentKey(
  dataKey: DataKey,
  passphrase: SlotPassphrase | undefined,
  sealing: Sealing,
): Promise<ContentKey> {
  const key = Uint8Array.from(sealing.randomness.bytes(32));
  const unlocked = dataKeyRecipient(key, dataKey, KEK_PURPOSE);
  if (passphrase === undefined) return { key, recipients: [unlocked] };
  return { key, recipients: [await passphraseRecipient(key, passphrase, sealing), unlocked] };
}

/** Encrypts all secrets under the same content key and recipients, with a new IV. */
export async function sealSecrets(
  dataKey: DataKey,
  contentKey: ContentKey,
  secrets: SecretsByName,
  generation: number,
): Promise<Uint8Array> {
  const sorted = [...secrets].sort(([a], [b]) => (a < b ? -1 : 1));
  const content = { version: CONTENT_VERSION, secrets: Object.fromEntries(sorted) };
  return await sealJson(SECRETS_KIND, dataKey.vaultId, contentKey, content, generation);
}

/** Opens the file with the data key. Fails with `vault-locked` if the file has another data key. */
export async function openSecrets(
  bytes: Uint8Array,
  dataKey: DataKey,
  costs: KdfCosts,
): Promise<Result<OpenedSecrets, VaultFailure>> {
  const sealed = parseSealedJson(SECRETS_KIND, bytes, costs);
  if (!sealed.ok) return sealed;
  const { recipients, vaultId, generation } = sealed.value;
  if (vaultId !== dataKey.vaultId) return damaged('foreign');
  // Another process changed the data key after this vault was unlocked.
  if (findDataKey(recipients)?.header.kid !== dataKey.id) return failed({ reason: 'vault-locked' });
  const key = openWithDataKey(recipients, dataKey, KEK_PURPOSE);
  if (key === undefined) return damaged('altered');
  const content = await sealed.value.open(key);
  if (!content.ok) return content;
  const secrets = secretsOf(content.value);
  return secrets === undefined
    ? damaged('malformed')
    : ok({ secrets, contentKey: { key, recipients }, generation });
}

/** Opens the file with the passphrase alone, in case `slots.json` is lost. Any JOSE tool can too. */
export async function openSecretsWithPassphrase(
  bytes: Uint8Array,
  passphrase: Secret,
  costs: KdfCosts,
): Promise<Result<OpenedSecrets, VaultFailure>> {
  const sealed = parseSealedJson(SECRETS_KIND, bytes, costs);
  if (!sealed.ok) return sealed;
  const { recipients, generation } = sealed.value;
  const key = await openWithPassphrase(recipients, passphrase);
  if (key === undefined) return failed({ reason: 'wrong-passphrase' });
  const content = await sealed.value.open(key);
  if (!content.ok) return content;
  const secrets = secretsOf(content.value);
  return secrets === undefined
    ? damaged('malformed')
    : ok({ secrets, contentKey: { key, recipients }, generation });
}

/** The generation in the file's header; undefined if the file can't be parsed. */
export function generationOf(bytes: Uint8Array, costs: KdfCosts): number | undefined {
  const sealed = parseSealedJson(SECRETS_KIND, bytes, costs);
  return sealed.ok ? sealed.value.generation : undefined;
}

function secretsOf(content: JsonValue): ReadonlyMap<SecretName, SecretRecord> | undefined {
  if (!isJsonObject(content) || content['version'] !== CONTENT_VERSION) return undefined;
  const byName = content['secrets'];
  if (!isJsonObject(byName)) return undefined;
  const secrets = new Map<SecretName, SecretRecord>();
  for (const [text, wire] of Object.entries(byName)) {
    const name = secretName.parse(text);
    const record = name && recordFromWire(name, wire);
    if (name === undefined || record === undefined) return undefined;
    secrets.set(name, record);
  }
  return secrets;
}

function damaged(damage: 'foreign' | 'altered' | 'malformed'): Result<never, VaultFailure> {
  return failed({ reason: 'vault-damaged', file: SECRETS_FILE, damage });
}
